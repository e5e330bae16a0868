import Client
import Domain
import Foundation
import Testing

/// From a stock list to prices, through the command that a timer runs after each count.
@Suite(.serialized) struct StockClusterTests {
    private func stock(
        _ cluster: TestCluster, _ text: String, _ options: [String] = []
    ) throws -> (status: Int32, output: String, errors: String) {
        let file = cluster.folder.appending(path: "shelves.csv").path
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let run = try cluster.farthing(["stock", file, "--tenant", tenant] + options)
        return (run.status, run.output, run.errors)
    }

    @Test func pricesFollowTheShelvesUntilTheyAreFullAgainWhateverDies() throws {
        let (cluster, first) = try quickShop()
        var client = first
        var newcomers = 0
        func line(_ product: String) throws -> QuotedLine {
            newcomers += 1
            return try client.price(cart("newcomer \(newcomers)", [product])).value.quote.lines[0]
        }
        func price(_ product: String) throws -> Money { try line(product).personalPrice }
        let (milk, eggs) = (try price("milk"), try price("eggs"))
        #expect(milk < Money(minorUnits: 1_000))
        for shopper in 0..<12 { _ = try client.price(cart("s\(shopper)", ["milk", "eggs"])) }
        try wait(for: "what was shown to be logged") {
            try cluster.states().reduce(0) { $0 + Int($1.shoppers) } == 12 + newcomers
        }

        /// What a count of these units of milk would do, of which a thousand shoppers will come for some.
        func valued(_ units: Int, _ options: String...) throws -> [String: Any] {
            let run = try stock(cluster, "item,stock,arrivals\nmilk,\(units),1000\n", ["-o", "json"] + options)
            let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
            return try #require((report?["items"] as? [[String: Any]])?.first)
        }
        func demand(_ units: Int) throws -> Double {
            try #require(try valued(units, "--dry-run")["expected_demand"] as? Double)
        }
        let (most, least) = (try demand(1_000_000), try demand(0))
        #expect(most > least + 20)
        let left = Int((most + least) / 2)
        let shelves = "item,stock,arrivals\nmilk,\(left),1000\neggs,100000,1000\nunheard of,1,1\n"
        let tried = try stock(cluster, shelves, ["--dry-run"])
        #expect(tried.status == 1, "one product is not in the catalogue: \(tried.errors)")
        #expect(tried.output.contains("unheard of is not in the catalogue of \(tenant)"))
        #expect(tried.output.contains("nothing was changed"))
        #expect(try price("milk") == milk)

        let scarce = try valued(left)
        let sold = try #require(scarce["expected_demand"] as? Double)
        #expect(abs(sold - Double(left)) < 1e-3, "as many as there are")
        #expect((scarce["worth"] as? Int ?? 0) > 500)
        try wait(for: "prices that follow the shelf") { try line("milk").reasons.contains(.stock) }
        let dear = try price("milk")
        #expect(dear > milk)
        #expect(try price("eggs") == eggs)

        try cluster.kill()
        try cluster.start()
        client = try cluster.client()
        try wait(for: "every worker to have read the log") {
            let status = try client.status().value
            let ends = Set(status.workers.map(\.report.broadcastIndex))
            return ends.count == 1 && ends != [0] && status.workers.allSatisfy(\.report.isReady)
        }
        #expect(try price("milk") == dear)

        let frozen = try client.freeze(
            "milk", of: tenant, until: Timestamp(milliseconds: now().milliseconds + 60_000), because: "r")
        #expect(frozen.value.index > 0)
        let standing = try stock(cluster, "item,stock,arrivals\nmilk,100000,100\n")
        #expect(standing.status == 1 && standing.output.contains("milk is frozen"))
        _ = try client.freeze("milk", of: tenant, until: PriceFreeze.thawed, because: "r")

        let other = try stock(cluster, "item,stock,arrivals\neggs,100000,100\n")
        #expect(other.status == 0 && other.output.contains("as before: milk"))
        let full = try stock(cluster, "item,stock,arrivals\nmilk,100000,100\n")
        #expect(full.status == 0, "\(full.errors)")
        try wait(for: "prices that follow the cost") { try !line("milk").reasons.contains(.stock) }
        #expect(try price("milk") == milk)

        _ = try valued(left)
        try wait(for: "prices that follow the shelf") { try line("milk").reasons.contains(.stock) }
        let cleared = try cluster.farthing(["stock", "--clear", "--tenant", tenant])
        #expect(cleared.status == 0 && cleared.output == "milk: the cost counts again\n")
        try wait(for: "prices that follow the cost") { try !line("milk").reasons.contains(.stock) }
        let nothing = try cluster.farthing(["stock", "--clear", "--tenant", tenant])
        #expect(nothing.output == "all items count at their costs\n")
    }

    @Test func whoIsExpectedComesFromTheLogAndWhatCannotBeIsRefused() throws {
        let (cluster, client) = try quickShop()
        let unseen = try stock(cluster, "item,stock,arrivals\nmilk,3,10\n")
        #expect(unseen.status == 1)
        #expect(unseen.output.contains("milk: no shopper was shown it lately"))
        for shopper in 0..<12 { _ = try client.price(cart("s\(shopper)", ["milk"])) }
        try wait(for: "what was shown to be logged") {
            try cluster.states().reduce(0) { $0 + Int($1.shoppers) } == 12
        }
        // Twelve in the first hour: as many each hour, and so 288 until tomorrow; a week's demand each.
        let counted = try stock(cluster, "item,stock\nmilk,3\n", ["--dry-run"])
        #expect(counted.status == 0, "\(counted.errors)")
        #expect(counted.output.contains("288"))
        for (text, options, why) in [
            ("item,stock\nmilk,-3\n", [], "shelves.csv:2:stock"), ("item,stock\nmilk,3\nmilk,4\n", [], "once"),
            ("item,stock\n", [], "no items"), ("item,stock\nmilk,3\n", ["--until", "yesterday"], "--until"),
            ("item,stock\nmilk,3\n", ["--until", "2020-01-01T00:00:00Z"], "--clear"),
            ("item,stock\nmilk,3\n", ["--until", "2999-01-01T00:00:00Z"], "a year at most"),
            ("item,stock\nmilk,3\n", ["--shoppers", "0"], "--shoppers takes 1 to 10000"),
        ] {
            let file = cluster.folder.appending(path: "shelves.csv").path
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let refused = try cluster.farthing(["stock", file, "--tenant", tenant] + options)
            #expect(refused.status != 0 && refused.errors.contains(why), "\(refused.errors)")
        }
    }
}
