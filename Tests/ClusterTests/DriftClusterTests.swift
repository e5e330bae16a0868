// The drift monitor beside a cluster: it sees what the cluster shows, outlives its restart, and says what has moved.

import Client
import Domain
import Foundation
import Testing

@Suite(.serialized) struct DriftClusterTests {
    private struct Round: Decodable {
        struct Window: Decodable {
            var rows: Int
            var users: Int
        }
        struct Alarm: Decodable {
            var column: String
            var value: Double
            var threshold: Double
            var remedy: String
        }
        var state: String
        var newest: Window
        var reference: Window
        var alarms: [Alarm]
    }

    /// A shop whose prices are settled two seconds after they were shown.
    private func shop() throws -> TestCluster {
        let cluster = try TestCluster(extra: "pricing: {online_correction: true, outcome_within: 1s}")
        try String(contentsOf: cluster.configuration, encoding: .utf8)
            .replacing("quotes: {key_file: quote.key}", with: "quotes: {key_file: quote.key, window: 1s}")
            .write(to: cluster.configuration, atomically: true, encoding: .utf8)
        _ = try cluster.write(try bundle(version: 5, products: ["milk", "tea"]))
        try cluster.start()
        let client = try cluster.client()
        // A worker of a new cluster waits two seconds for its first model and then prices without it: drift, if it does.
        try wait(for: "every worker to serve the model") {
            try client.status().value.workers.allSatisfy { $0.report.modelVersion == 5 }
        }
        _ = try client.send(
            catalogue: [row("milk", list: 199, cost: 100), row("tea", list: 499, cost: 300)], tenant: tenant,
            currency: dollars)
        return cluster
    }

    private func round(_ cluster: TestCluster, _ arguments: [String]) throws -> (status: Int32, round: Round) {
        let result = try cluster.farthing(
            ["learn", "drift", "--watch", "--once", "--tenant", tenant, "-o", "json"] + arguments)
        return (result.status, try JSONDecoder().decode(Round.self, from: Data(result.output.utf8)))
    }

    /// Shows a price to one shopper after another, until a round of the monitor is as wished. One of six buys, as the
    /// model of the shop promises.
    private func sell(
        _ cluster: TestCluster, _ product: String, named prefix: String, buying: Bool = true, _ arguments: [String],
        until holds: (Round) -> Bool
    ) throws -> (status: Int32, round: Round) {
        let client = try cluster.client()
        var shoppers = 0
        var last = try round(cluster, arguments)
        try wait(for: "a round as wished, last \(last)") {
            for _ in 0..<50 {
                shoppers += 1
                let shopper = "\(prefix)\(shoppers)"
                _ = try client.price(cart(shopper, [product]))
                guard buying, shoppers.isMultiple(of: 6) else { continue }
                let bought = basket("basket of \(shopper)", weeksAgo: 0, buying: [product])
                _ = try client.send([bought], of: UserKey(tenant: tenant, user: shopper))
            }
            last = try round(cluster, arguments)
            return holds(last.round)
        }
        return last
    }

    @Test func driftOfLiveTrafficIsSeenAndTheWatchOutlivesTheCluster() throws {
        let cluster = try shop()
        let nothing = try round(cluster, [])
        #expect(nothing.status == 2 && nothing.round.state == "waiting")

        // The same shop before and after: nothing to say.
        _ = try sell(cluster, "milk", named: "a", []) { $0.newest.rows >= 200 }
        let until = untilNow()
        let same = try sell(cluster, "milk", named: "b", until) { $0.newest.rows >= 150 }
        #expect(same.round.state == "stable" && same.status == 0 && same.round.alarms.isEmpty, "\(same)")

        // A watch that stays up, while the cluster is killed and comes back.
        let watch = Process()
        watch.executableURL = Executable.url("farthing")
        watch.arguments =
            ["learn", "drift", "--watch", "--every", "0.01", "--tenant", tenant, "-o", "json"] + until
            + ["--config", cluster.configuration.path]
        let lines = Pipe()
        watch.standardOutput = lines
        try watch.run()
        defer {
            watch.terminate()
            watch.waitUntilExit()
        }
        var reader = RoundReader(lines.fileHandleForReading)
        #expect(try reader.next().state == "stable")
        try cluster.kill()
        #expect(try reader.next().state == "stable")
        try cluster.start()

        // Another product is asked for, at another price.
        let moved = try sell(cluster, "tea", named: "c", until) {
            // A watch that looks so often shares its chance of a false alarm among its rounds, so it must be clear.
            $0.alarms.count > 1 && $0.alarms.contains { $0.column == "item" && $0.value > 1 }
        }
        #expect(moved.status == 1 && moved.round.state == "drifted")
        let item = try #require(moved.round.alarms.first { $0.column == "item" })
        #expect(item.value > item.threshold && !item.remedy.isEmpty)
        #expect(moved.round.alarms.contains { $0.column == "reference_price" })
        var seen = try reader.next()
        try wait(for: "the watch to see it, last \(seen)") {
            seen = try reader.next()
            return seen.state == "drifted"
        }

        let text = try cluster.farthing(["learn", "drift", "--watch", "--once", "--tenant", tenant] + until)
        #expect(text.status == 1 && text.output.contains("ALARM item: "))
    }

    /// Before it as after it nobody buys what was promised: where baskets never arrive, nothing else would show.
    @Test func promisesThatNobodyKeepsAreAnAlarm() throws {
        let cluster = try shop()
        _ = try sell(cluster, "milk", named: "a", buying: false, []) { $0.newest.rows >= 200 }
        let broken = try sell(cluster, "milk", named: "b", buying: false, untilNow()) { $0.newest.rows >= 300 }
        #expect(broken.status == 1 && broken.round.state == "drifted", "\(broken)")
        let alarm = try #require(broken.round.alarms.first { $0.column == "calibration" })
        #expect(alarm.value > 0.1 && alarm.remedy.contains("baskets"))
    }

    private func untilNow() -> [String] {
        let style = Date.ISO8601FormatStyle().year().month().day().time(includingFractionalSeconds: false)
        return ["--until", Date().formatted(style)]
    }

    private struct RoundReader {
        private let handle: FileHandle
        private var text = ""

        init(_ handle: FileHandle) { self.handle = handle }

        mutating func next() throws -> Round {
            while true {
                if let end = text.firstIndex(of: "\n") {
                    let line = text[..<end]
                    text = String(text[text.index(after: end)...])
                    return try JSONDecoder().decode(Round.self, from: Data(line.utf8))
                }
                let more = handle.availableData
                try #require(!more.isEmpty, "the watch has ended")
                text += String(decoding: more, as: UTF8.self)
            }
        }
    }

    @Test func wordsThatDoNotFitTogetherAreRefused() throws {
        for arguments in [
            [], ["--watch", "--input", "x.csv"], ["--once", "--reference", "a", "--input", "b"],
            ["--watch", "--from", "2026-01-01T00:00:00"], ["--watch", "--until", "soon"],
            ["--watch", "--every", "0"], ["--watch", "--window", "nan"],
        ] {
            let result = try Executable.run("farthing", ["learn", "drift"] + arguments)
            #expect(result.status == 64, "\(arguments): \(result.errors)")
        }
        let nowhere = try Executable.run(
            "farthing", ["learn", "drift", "--watch", "--once", "--config", "/nowhere.yaml"])
        #expect(nowhere.status == 2 && nowhere.errors.contains("/nowhere.yaml"))
    }
}
