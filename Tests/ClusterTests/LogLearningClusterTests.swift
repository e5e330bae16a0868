// The loop closed: prices that a cluster has shown, and what came of them, are the file that the next model is learned
// from and the next policy is judged on. Shoppers follow a law that only this test knows.

import Client
import Domain
import Foundation
import Testing
import TestSupport

@Suite(.serialized) struct LogLearningClusterTests {
    /// List prices and unit costs, in cents. The best price of the last is above its list price.
    private static let shelf: [(product: String, list: Int64, cost: Int64)] = [
        ("milk", 400, 200), ("tea", 900, 480), ("salt", 500, 420),
    ]
    private static let shoppers = 1_500

    /// The truth: the chance that anybody buys at a price.
    private static func chance(_ price: Double, list: Double) -> Double { 1 / (1 + exp(-0.3 + 4 * log(price / list))) }

    private struct Estimate: Decodable {
        var value: Double
        var standardError: Double
    }
    private struct Evaluated: Decodable {
        struct Estimates: Decodable {
            var importanceSampling: Estimate
            var selfNormalised: Estimate
            var doublyRobust: Estimate
        }
        var rows: Int
        var propensities: String
        var unusedPropensities: String?
        var meanWeight: Double
        var objections: [String]
        var estimates: Estimates?
    }

    private func shop() throws -> TestCluster {
        let cluster = try TestCluster(
            extra: """
                experiments: {salt: tests, control_share: 25%, exploring_share: 50%, exploring_deviation: 50%}
                pricing: {conversion_value: 0%, smoothing: 1, largest_daily_move: 100%, largest_discount: 25%, minimum_margin: 0%}
                """)
        try String(contentsOf: cluster.configuration, encoding: .utf8)
            .replacing("quotes: {key_file: quote.key}", with: "quotes: {key_file: quote.key, window: 1s}")
            .write(to: cluster.configuration, atomically: true, encoding: .utf8)
        _ = try cluster.write(try bundle(version: 5, products: Self.shelf.map(\.product)))
        try cluster.start()
        _ = try cluster.client().send(
            catalogue: Self.shelf.map { row($0.product, list: $0.list, cost: $0.cost) }, tenant: tenant,
            currency: dollars)
        return cluster
    }

    /// Every shopper asks for every product once, and buys as the law says.
    /// - Returns: what each has bought.
    private func sell(_ cluster: TestCluster) throws -> [String: [String]] {
        let client = try cluster.client()
        var lottery = Lottery(seed: 11)
        var purchases: [String: [String]] = [:]
        for number in 0..<Self.shoppers {
            let user = "shopper\(number)"
            let quote = try client.price(cart(user, Self.shelf.map(\.product))).value.quote
            let bought = zip(quote.lines, Self.shelf).filter { line, product in
                let chance = Self.chance(line.unitPrice.real, list: Double(product.list))
                return Double.random(in: 0..<1, using: &lottery) < chance
            }
            purchases[user] = bought.map(\.0.product)
            guard !bought.isEmpty else { continue }
            let basket = basket("basket of \(user)", weeksAgo: 0, buying: bought.map(\.0.product))
            _ = try client.send([basket], of: UserKey(tenant: tenant, user: user))
        }
        return purchases
    }

    /// Exposures are decided when their quotes have ended and the log goes on. A price that a follower has shown in place
    /// of its leader is not logged.
    private func exposures(_ cluster: TestCluster, _ path: String) throws -> [[String: String]] {
        try wait(for: "every exposure to be decided") {
            let late = UserKey(tenant: tenant, user: "late")
            _ = try cluster.client().send([basket("\(UUID())", weeksAgo: 0, buying: ["milk"])], of: late)
            let written = try cluster.farthing([
                "log", "exposures", "--tenant", tenant, "--horizon", "0", "--out", path,
            ])
            return written.status == 0 && written.output.contains("; 0 are still open")
        }
        let shown = try table(URL(filePath: path))
        try #require(shown.count > Self.shoppers * Self.shelf.count * 9 / 10)
        return shown
    }

    @Test func whatAClusterHasShownIsLearnedFromAndJudgedBy() throws {
        let cluster = try shop()
        func file(_ name: String) -> String { cluster.folder.appending(path: name).path }
        let purchases = try sell(cluster)
        let shown = try exposures(cluster, file("shown.csv"))
        for line in shown {
            let bought = purchases[line["user"] ?? ""]?.contains(line["item"] ?? "")
            #expect(line["bought"] == (bought == true ? "1" : "0"), "\(line)")
        }

        // What would list prices earn? Every arm shows some of them, none shows them to everybody.
        try judgesListPrices(shown, file("shown.csv"), file("list.csv"))

        // The next model is learned, judged, and serves.
        func succeeds(_ arguments: [String]) throws {
            let result = try Executable.run("farthing", arguments)
            try #require(result.status == 0, "\(arguments): \(result.output) \(result.errors)")
        }
        try succeeds(["learn", "fit", "--exposures", file("shown.csv"), "--out", file("next.bundle")])
        // From the log itself it is the same model.
        try succeeds([
            "learn", "fit", "--log", "--config", cluster.configuration.path, "--tenant", tenant, "--horizon", "0",
            "--out", file("log.bundle"),
        ])
        for bundle in ["next", "log"] {
            try succeeds([
                "learn", "price", "--bundle", file("\(bundle).bundle"), "--input", file("shown.csv"),
                "--out", file("\(bundle).csv"),
            ])
        }
        #expect(
            try String(contentsOfFile: file("next.csv"), encoding: .utf8)
                == String(contentsOfFile: file("log.csv"), encoding: .utf8))
        let left = try FileManager.default.contentsOfDirectory(atPath: cluster.folder.path)
        #expect(!left.contains { $0.hasSuffix(".log.csv") }, "\(left)")
        // Its prices lie between those that were shown: the chances of single prices are no help, and that is said.
        let judged = try evaluated(["--exposures", file("shown.csv"), "--bundle", file("next.bundle")])
        #expect(judged.propensities != "given" && judged.unusedPropensities != nil, "\(judged)")
        try succeeds(["activate", file("next.bundle"), "--config", cluster.configuration.path])
        let client = try cluster.client()
        let quote = cart("shopper1", Self.shelf.map(\.product))
        try wait(for: "the next model to price") { try client.price(quote).value.quote.modelVersion > 5 }
    }

    private func evaluated(_ arguments: [String]) throws -> Evaluated {
        let judged = try Executable.run("farthing", ["learn", "evaluate", "-o", "json"] + arguments)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let evaluated = try decoder.decode(Evaluated.self, from: Data(judged.output.utf8))
        // An estimate, or the reasons why there is none.
        #expect(
            judged.status == (evaluated.estimates == nil ? 1 : 0)
                && evaluated.objections.isEmpty == (judged.status == 0))
        return evaluated
    }

    private func judgesListPrices(_ shown: [[String: String]], _ exposures: String, _ prices: String) throws {
        var asked = "user,item,time,price_optimal\n"
        var truth = 0.0
        for line in shown {
            let product = try #require(Self.shelf.first { $0.product == line["item"] })
            let list = Double(product.list)
            asked += ["user", "item", "time"].compactMap { line[$0] }.joined(separator: ",") + ",\(list / 100)\n"
            truth += Self.chance(list, list: list) * (list - Double(product.cost)) / 100 / Double(shown.count)
        }
        try asked.write(toFile: prices, atomically: true, encoding: .utf8)
        let judged = try evaluated(["--exposures", exposures, "--prices", prices])
        #expect(judged.rows == shown.count && judged.propensities == "given" && judged.unusedPropensities == nil)
        let estimates = try #require(judged.estimates, "\(judged.objections)")
        for estimate in [estimates.importanceSampling, estimates.selfNormalised, estimates.doublyRobust] {
            #expect(abs(estimate.value - truth) < 4 * estimate.standardError, "\(estimate), \(truth)")
        }
    }
}
