// From a file of exposures to prices of a cluster: learned, activated as it is, and the same as on paper.

import Client
import Domain
import Foundation
import Testing

@Suite(.serialized) struct LearnedModelClusterTests {
    private static let rows = 20_000
    private static let questions = 40

    private func succeeds(_ arguments: [String]) throws -> ProcessResult {
        let result = try Executable.run("farthing", arguments)
        try #require(result.status == 0, "\(arguments.joined(separator: " ")): \(result.output) \(result.errors)")
        return result
    }

    @Test func aClusterPricesAsTheBundlePricesFiles() throws {
        // Prices as the model wants them, and nobody's moved before.
        let cluster = try TestCluster(
            extra: """
                experiments: {salt: tests, control_share: 0%}
                pricing: {conversion_value: 0%, smoothing: 1, largest_daily_move: 100%, largest_discount: 50%, minimum_margin: 0%}
                """)
        func file(_ name: String) -> URL { cluster.folder.appending(path: name) }
        // Nothing but shoppers and items, so that there is no moment that only the file knows.
        _ = try succeeds([
            "world", "generate", "--law", "logit", "--seed", "7", "--rows", "\(Self.rows)", "--users", "3000", "--out",
            file("all.csv").path, "--questions", "\(Self.questions)", "--questions-out", file("asked.csv").path,
        ])
        try withoutMoments(file("all.csv"), file("exposures.csv"))
        // The cluster is asked now.
        try withoutMoments(file("asked.csv"), file("questions.csv"), at: now())
        _ = try succeeds([
            "learn", "fit", "--exposures", file("exposures.csv").path, "--law", "straight", "--out",
            file("shop.bundle").path,
        ])
        _ = try succeeds([
            "learn", "price", "--bundle", file("shop.bundle").path, "--input", file("questions.csv").path, "--highest",
            "1", "--out", file("prices.csv").path,
        ])
        let known = Set(try table(file("exposures.csv")).compactMap { $0["user"] })
        let priced = try table(file("prices.csv")).filter { known.contains($0["user"] ?? "") }
        try #require(priced.count > Self.questions / 2)

        try cluster.start()
        let client = try cluster.client()
        var rows: [String: CatalogueRow] = [:]
        for question in priced {
            let item = try #require(question["item"])
            rows[item] = row(
                item, list: try cents(question["reference_price"]), cost: try cents(question["unit_cost"]))
        }
        _ = try client.send(catalogue: Array(rows.values), tenant: tenant, currency: dollars)
        let activated = try cluster.farthing(["activate", file("shop.bundle").path])
        try #require(activated.status == 0, "\(activated.output) \(activated.errors)")
        try wait(for: "every worker to follow") {
            try client.status().value.workers.allSatisfy { $0.report.modelVersion > 0 }
        }
        var same = 0
        for question in priced {
            let (user, item) = (try #require(question["user"]), try #require(question["item"]))
            let explained = try client.explain(cart(user, [item])).value
            let line = explained.lines[0]
            #expect(line.features.contains { $0.name == "income" })
            let expected = try cents(question["price_optimal"])
            if abs(explained.quote.lines[0].personalPrice.minorUnits - expected) <= 1 { same += 1 }
        }
        // An hour may end in between, and a cent is rounded within other bounds.
        #expect(same * 20 >= priced.count * 19, "\(same) of \(priced.count)")

        // What the log knows cannot be compared with it.
        let watched = try cluster.farthing(["learn", "watch", "--once"])
        #expect(watched.status == 2 && watched.errors.contains("fitted to a file"), "\(watched)")
    }

    private func cents(_ text: String?) throws -> Int64 {
        let amount = try #require(Double(text ?? ""))
        return Int64((100 * amount).rounded())
    }

    private func withoutMoments(_ source: URL, _ destination: URL, at time: Timestamp? = nil) throws {
        let dropped: Set = ["temperature", "crowding"]
        let lines = try String(contentsOf: source, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let kept = try #require(lines.first).indices.filter { !dropped.contains(String(lines[0][$0])) }
        let timeColumn = lines[0].firstIndex(of: "time")
        try lines.enumerated().map { number, line in
            kept.map { column in
                guard let time, number > 0, column == timeColumn else { return String(line[column]) }
                return "\(time.milliseconds / 1_000)"
            }.joined(separator: ",")
        }.joined(separator: "\n")
            .appending("\n").write(to: destination, atomically: true, encoding: .utf8)
    }
}
