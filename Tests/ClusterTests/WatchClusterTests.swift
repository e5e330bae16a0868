// Learning again and again beside a cluster: what is better serves, what is not is kept out with its reasons, and a round
// that fails changes nothing.

import Client
import Domain
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct WatchClusterTests {
    private static let products = (0..<8).map { "product\($0)" }
    private static let shoppers = 240
    private static let weeks: Int64 = 16

    private struct Round: Decodable {
        struct Gate: Decodable {
            var gate: String
            var value: Double
            var passes: Bool
        }
        var version: UInt64
        var serving: UInt64?
        var gates: [Gate]
        var isTrial: Bool
        var activatedAt: UInt64?

        func passes(_ gate: String) -> Bool? { gates.first { $0.gate.contains(gate) }?.passes }
    }

    /// A round of the watch; nil when it failed.
    private func watch(_ cluster: TestCluster, _ arguments: [String] = []) throws -> (status: Int32, round: Round?) {
        let result = try cluster.farthing(["learn", "watch", "--once", "-o", "json"] + arguments)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (result.status, try? decoder.decode(Round.self, from: Data(result.output.utf8)))
    }

    /// What the gates say of a bundle; nil when they cannot be asked.
    private func judged(
        _ cluster: TestCluster, _ bundle: String, _ arguments: [String] = []
    ) throws -> (status: Int32, passes: [String: Bool]?, errors: String) {
        struct Judgement: Decodable { var gates: [Round.Gate] }
        let result = try cluster.farthing(["models", "judge", bundle, "-o", "json"] + arguments)
        let gates = try? JSONDecoder().decode(Judgement.self, from: Data(result.output.utf8)).gates
        let passes = gates.map { Dictionary($0.map { ($0.gate, $0.passes) }, uniquingKeysWith: { $1 }) }
        return (result.status, passes, result.errors)
    }

    /// List prices that change from week to week, in cents.
    private func list(_ product: Int, weeksAgo: Int64) -> Int64 {
        [200, 240, 170, 220, 185][(product + Int(weeksAgo) * 2) % 5]
    }

    /// Sixteen weeks of a shop whose shoppers mind prices.
    private func fill(_ cluster: TestCluster) throws {
        let client = try cluster.client()
        let now = now()
        var rows: [CatalogueRow] = []
        for weeksAgo in stride(from: Self.weeks, through: 0, by: -1) {
            for (place, product) in Self.products.enumerated() {
                var row = row(product, list: list(place, weeksAgo: weeksAgo), cost: 90)
                row.effectiveAt = now.adding(milliseconds: -weeksAgo * ShopCalendar.millisecondsPerWeek)
                rows.append(row)
            }
        }
        _ = try client.send(catalogue: rows, tenant: tenant, currency: dollars)
        var lottery = Lottery(seed: 3)
        for number in 0..<Self.shoppers {
            let taste = Double.random(in: -1...1, using: &lottery)
            let events = (1...Self.weeks).reversed().compactMap { weeksAgo -> (id: [UInt8], event: Event)? in
                let bought = Self.products.enumerated().filter { place, _ in
                    let price = Double(list(place, weeksAgo: weeksAgo)) / 200
                    let chance = 1 / (1 + exp(0.8 - taste + 4 * log(price)))
                    return Double.random(in: 0..<1, using: &lottery) < chance
                }.map(\.1)
                return bought.isEmpty ? nil : basket("\(number) \(weeksAgo)", weeksAgo: weeksAgo, buying: bought)
            }
            _ = try client.send(events, of: UserKey(tenant: tenant, user: "shopper\(number)"))
        }
    }

    private func versions(_ cluster: TestCluster) throws -> Set<UInt64> {
        Set(try cluster.client().status().value.workers.map(\.report.modelVersion))
    }

    @Test func aBetterModelServesAndAnyOtherIsKeptOutWithItsReasons() throws {
        let cluster = try TestCluster(extra: "shop: {tenant: \(tenant)}")
        try cluster.start()

        // Nothing to learn from: the round fails.
        #expect(try watch(cluster).status == 2)
        try fill(cluster)

        // Nothing serves, so that nothing can be worse.
        let first = try watch(cluster)
        let learned = try #require(first.round)
        #expect(first.status == 0 && learned.serving == nil && learned.activatedAt != nil, "\(first)")
        try wait(for: "every worker to follow") { try versions(cluster) == [learned.version] }

        // A model that knows nothing of this shop serves instead: the new one predicts better, and moves prices far.
        let made = try cluster.write(try bundle(version: 9, products: Self.products, slope: 0.3), as: "made-up.bundle")
        #expect(try cluster.farthing(["activate", made]).status == 0)
        try wait(for: "every worker to follow") { try versions(cluster) == [9] }
        let moves = try watch(cluster)
        let kept = try #require(moves.round)
        #expect(moves.status == 1 && kept.serving == 9 && kept.activatedAt == nil, "\(moves)")
        #expect(kept.passes("log-loss") == true && kept.passes("median move") == false)
        #expect(try versions(cluster) == [9])

        // The same gates, asked about a file: what served before knows the shop, and moves prices far; itself passes.
        let older = try #require(
            try FileManager.default.contentsOfDirectory(atPath: cluster.folder.path + "/log/models")
                .map { cluster.folder.path + "/log/models/" + $0 }
                .first { try cluster.farthing(["models", "judge", $0, "--largest-move", "2"]).status == 0 })
        let before = try judged(cluster, older)
        #expect(before.status == 1 && before.passes?["median move of a personal price"] == false, "\(before)")
        #expect(before.passes?["log-loss over the serving model's"] == true)
        let itself = try judged(cluster, made)
        #expect(itself.passes?["median move of a personal price"] == true, "\(itself)")
        #expect(itself.status == 1 && itself.passes?["purchases predicted over made"] == false)
        for (bundle, words) in [(cluster.folder.path + "/nowhere", "nowhere"), (cluster.configuration.path, "model")] {
            let failed = try judged(cluster, bundle)
            #expect(failed.status == 2 && failed.errors.contains(words), "\(failed)")
        }
        #expect(try versions(cluster) == [9])

        // Allowed to, it still changes nothing on a dry run.
        let looked = try watch(cluster, ["--largest-move", "2", "--dry-run"])
        #expect(looked.status == 0 && looked.round?.activatedAt == nil, "\(looked)")
        #expect(try versions(cluster) == [9])

        // Groups of shoppers that prices tell apart by more than is allowed.
        let groups = cluster.folder.appending(path: "groups.csv")
        try "user,group\n".appending(
            (0..<Self.shoppers).map { "shopper\($0),\($0 % 2 == 0 ? "even" : "odd")\n" }.joined()
        ).write(to: groups, atomically: true, encoding: .utf8)
        let unfair = try watch(
            cluster, ["--largest-move", "2", "--groups", groups.path, "--largest-gap", "0"])
        #expect(unfair.status == 1 && unfair.round?.passes("groups") == false, "\(unfair)")
        #expect(try versions(cluster) == [9])

        // On trial for some, then serving all.
        let tried = try watch(cluster, ["--largest-move", "2", "--groups", groups.path, "--share", "5%"])
        #expect(tried.status == 0 && tried.round?.isTrial == true && tried.round?.passes("groups") == true, "\(tried)")
        #expect(try versions(cluster) == [9])
        let models = try cluster.farthing(["models"])
        #expect(models.output.contains("\(try #require(tried.round).version)"), "\(models)")
        let served = try watch(cluster, ["--largest-move", "2"])
        #expect(served.status == 0 && served.round?.isTrial == false, "\(served)")
        let version = try #require(served.round).version
        try wait(for: "every worker to follow") { try versions(cluster) == [version] }
        #expect(try cluster.farthing(["models", "rollback"]).status == 0)
        try wait(for: "every worker to go back") { try versions(cluster) == [9] }
    }

    @Test func aFileOfExposuresIsLearnedFromAsOftenAsItIsRenewed() throws {
        let cluster = try TestCluster(extra: "shop: {tenant: \(tenant)}")
        func file(_ name: String) -> String { cluster.folder.appending(path: name).path }
        func succeeds(_ arguments: [String]) throws {
            let result = try Executable.run("farthing", arguments)
            try #require(result.status == 0, "\(arguments): \(result.errors)")
        }
        try succeeds([
            "world", "generate", "--law", "logit", "--seed", "7", "--rows", "20000", "--users", "3000", "--out",
            file("shop.csv"),
        ])
        let earlier = try earlier(file("shop.csv"))
        try write(earlier, to: file("early.csv"))
        try cluster.start()

        let first = try watch(cluster, ["--exposures", file("early.csv")])
        let learned = try #require(first.round)
        #expect(first.status == 0 && learned.serving == nil && learned.activatedAt != nil, "\(first)")
        try wait(for: "every worker to follow") { try versions(cluster) == [learned.version] }

        // The same file again has nothing that the serving model has not seen.
        let again = try watch(cluster, ["--exposures", file("early.csv")])
        #expect(again.status == 1 && again.round?.passes("to judge by") == false, "\(again)")
        #expect(try versions(cluster) == [learned.version])

        // So says the judge of any bundle of these rows; renewed, the file has weeks to judge it by.
        try succeeds(["learn", "fit", "--exposures", file("early.csv"), "--out", file("early.bundle")])
        let seen = try judged(cluster, file("early.bundle"), ["--exposures", file("early.csv")])
        #expect(seen.status == 1 && seen.passes == ["exposures to judge by": false], "\(seen)")
        let unseen = try judged(cluster, file("early.bundle"), ["--exposures", file("shop.csv")])
        #expect(unseen.status == 0 && unseen.passes?.count == 3, "\(unseen)")
        #expect(try judged(cluster, file("early.bundle")).errors.contains("--exposures"))

        // Renewed, it is judged by the later weeks.
        let renewed = try watch(cluster, ["--exposures", file("shop.csv"), "--largest-move", "1"])
        let round = try #require(renewed.round)
        #expect(renewed.status == 0 && round.gates.count == 3 && round.activatedAt != nil, "\(renewed)")
        try wait(for: "every worker to follow") { try versions(cluster) == [round.version] }

        // A model of a shop serves where everybody waits for discounts: the new one predicts better, and moves prices.
        try write(try waiting(earlier), to: file("waiting.csv"))
        try succeeds(["learn", "fit", "--exposures", file("waiting.csv"), "--out", file("elsewhere.bundle")])
        #expect(try cluster.farthing(["activate", file("elsewhere.bundle")]).status == 0)
        try wait(for: "every worker to follow") { try !versions(cluster).contains(round.version) }
        let serving = try versions(cluster)
        let elsewhere = try watch(cluster, ["--exposures", file("shop.csv"), "--largest-move", "0"])
        #expect(elsewhere.status == 1 && elsewhere.round?.passes("log-loss") == true, "\(elsewhere)")
        #expect(elsewhere.round?.passes("median move") == false)

        // A file that lacks what the serving model asks for, none at all, the log instead: nothing changes.
        let kept = ["user", "item", "time", "reference_price", "price", "unit_cost", "bought", "propensity"]
        let narrow = try table(URL(filePath: file("shop.csv"))).map { row in kept.map { row[$0] ?? "" } }
        try write([kept] + narrow, to: file("narrow.csv"))
        for (arguments, words) in [
            (["--exposures", file("narrow.csv")], "Add a column"),
            (["--exposures", file("nowhere.csv")], "nowhere.csv"), ([], "--exposures"),
        ] {
            let failed = try cluster.farthing(["learn", "watch", "--once"] + arguments)
            #expect(failed.status == 2 && failed.errors.contains(words), "\(failed)")
        }
        #expect(try versions(cluster) == serving)
    }

    /// The header and the rows of the first half of the time.
    private func earlier(_ path: String) throws -> [[String]] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let header = try #require(lines.first)
        let time = try #require(header.firstIndex(of: "time"))
        let rows = lines.dropFirst().sorted { $0[time] < $1[time] }
        return [header] + rows.prefix(rows.count / 2)
    }

    /// Rows in which everybody buys below nine tenths of the reference price, and one in four above.
    private func waiting(_ rows: [[String]]) throws -> [[String]] {
        let places = try ["bought", "price", "reference_price"].map { try #require(rows[0].firstIndex(of: $0)) }
        return [rows[0]]
            + rows.dropFirst().enumerated().map { number, row in
                let ratio = (Double(row[places[1]]) ?? 0) / (Double(row[places[2]]) ?? 1)
                var row = row
                row[places[0]] = ratio < 0.88 || number % 4 == 0 ? "1" : "0"
                return row
            }
    }

    private func write(_ rows: [[String]], to path: String) throws {
        try rows.map { $0.joined(separator: ",") + "\n" }.joined()
            .write(toFile: path, atomically: true, encoding: .utf8)
    }
}
