// From purchases to offers at personal prices, by the commands that an operator types, against a live cluster; and
// profiles as columns for an analyst's fit.

import Client
import Domain
import Foundation
import Testing

@Suite(.serialized) struct RecommendClusterTests {
    private struct Offers: Decodable {
        struct Item: Decodable {
            var product: String
            var listPrice: Int64
            var personalPrice: Int64
            var unitPrice: Int64
            var preference: Double
            var probability: Double
            var share: Double
            var boughtBefore: Bool
            var why: String
        }
        var isKnown: Bool
        var segment: String?
        var rule: String
        var level: String
        var items: [Item]
        var unsold: [String]
    }

    private static let drinks = ["tea", "coffee", "cocoa", "juice"]
    private static let greens = ["kale", "leek", "chard", "peas"]

    /// Two kinds of shoppers: `d…` drink, `g…` eat greens; now and then anything. "ghost" is sold no more.
    private func purchases() -> String {
        var draws = Draws(seed: 3, "purchases")
        var text = "user,item,quantity,time\n"
        for shopper in 0..<80 {
            let (own, other) = shopper < 40 ? (Self.drinks, Self.greens) : (Self.greens, Self.drinks)
            for day in 0..<12 {
                let shelf = draws.fraction() < 0.9 ? own : other
                let item = draws.fraction() < 0.05 ? "ghost" : shelf[draws.below(4)]
                text += "\(shopper < 40 ? "d" : "g")\(shopper),\(item),1,\(1_700_000_000 + day * 86_400)\n"
            }
        }
        return text
    }

    private func shop() throws -> (cluster: TestCluster, profiles: String) {
        let cluster = try TestCluster()
        let products = Self.drinks + Self.greens
        _ = try cluster.write(try bundle(version: 3, products: products))
        let file = cluster.folder.appending(path: "purchases.csv").path
        try purchases().write(toFile: file, atomically: true, encoding: .utf8)
        let profiles = cluster.folder.appending(path: "profiles.bundle").path
        let learned = try Executable.run(
            "farthing", ["learn", "profiles", "--purchases", file, "--out", profiles, "--factors", "4"])
        try #require(learned.status == 0, "\(learned.errors)")
        #expect(learned.output.contains("as many as the gap statistic finds"))
        return (cluster, profiles)
    }

    private func offers(_ cluster: TestCluster, _ arguments: [String]) throws -> Offers {
        let result = try cluster.farthing(["recommend", "--tenant", tenant, "-o", "json"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Offers.self, from: Data(result.output.utf8))
    }

    @Test func offersComeAtThePricesOfAQuote() throws {
        let (cluster, profiles) = try shop()
        try cluster.start()
        let client = try cluster.client()
        let products = Self.drinks + Self.greens
        let rows = products.enumerated().map { row($1, list: 1_000 + 10 * Int64($0), cost: 500) }
        _ = try client.send(catalogue: rows, tenant: tenant, currency: dollars)
        let events = (1...6).map { basket("b\($0)", weeksAgo: Int64($0), buying: ["tea"]) }
        let index = try client.send(events, of: UserKey(tenant: tenant, user: "d5")).index

        let known = try offers(cluster, ["--profiles", profiles, "--user", "d5", "--count", "4"])
        #expect(known.isKnown && known.segment != nil)
        #expect(Set(known.items.map(\.product)) == Set(Self.drinks))
        #expect(known.items.map(\.share) == known.items.map(\.share).sorted(by: >))
        #expect(known.unsold.isEmpty || known.unsold == ["ghost"])
        let quote = try client.price(cart("d5", known.items.map(\.product)), after: index).value.quote
        #expect(quote.lines.map(\.unitPrice.minorUnits) == known.items.map(\.unitPrice))
        #expect(quote.lines.map(\.personalPrice.minorUnits) == known.items.map(\.personalPrice))
        let isBelowList = known.items.map { $0.personalPrice < $0.listPrice }
        #expect(isBelowList.contains(true))
        // Not only its own shelf when there is room, but that first.
        let all = try offers(cluster, ["--profiles", profiles, "--user", "g60", "--count", "8"])
        #expect(Set(all.items.prefix(4).map(\.product)) == Set(Self.greens))
        #expect(abs(all.items.reduce(0) { $0 + $1.share } - 1) < 1e-9)

        let stranger = try offers(cluster, ["--profiles", profiles, "--user", "nobody", "--count", "3"])
        #expect(!stranger.isKnown && stranger.rule == "popularity" && stranger.level == "segment")
        // Purchases of today make a shopper known.
        let today = cluster.folder.appending(path: "today.csv").path
        try "user,item,quantity\nnobody,kale,2\nnobody,leek,1\nnobody,peas,1\n"
            .write(toFile: today, atomically: true, encoding: .utf8)
        let since = try offers(
            cluster, ["--profiles", profiles, "--user", "nobody", "--count", "3", "--purchases", today])
        #expect(since.isKnown && Set(Self.greens).isSuperset(of: since.items.map(\.product)))
        // Baskets here repeat, so that what was bought before is offered again unless somebody says otherwise.
        #expect(known.items.contains { $0.boughtBefore })
        let new = try offers(cluster, ["--profiles", profiles, "--user", "d5", "--count", "8", "--new"])
        #expect(new.items.allSatisfy { !$0.boughtBefore })
        let text = try cluster.farthing(
            ["recommend", "--tenant", tenant, "--profiles", profiles, "--user", "d5", "--count", "2"])
        #expect(text.output.contains("share: preference times chance"))
    }

    @Test func whatKeepsItFromAnsweringIsSaid() throws {
        let (cluster, profiles) = try shop()
        let alone = try cluster.farthing(["recommend", "--profiles", profiles, "--user", "d5"])
        #expect(alone.status != 0)
        #expect(alone.errors.contains("Is a cluster running there?"))
        let missing = try cluster.farthing(["recommend", "--profiles", profiles + ".not", "--user", "d5"])
        #expect(missing.status != 0 && missing.errors.contains("no readable file"))
        var bytes = try Data(contentsOf: URL(filePath: profiles))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: profiles))
        let damaged = try cluster.farthing(["recommend", "--profiles", profiles, "--user", "d5"])
        #expect(damaged.status != 0 && damaged.errors.contains("a wrong checksum"))
        // A shop that sells none of it.
        _ = try Executable.run(
            "farthing",
            [
                "learn", "profiles", "--purchases", cluster.folder.appending(path: "purchases.csv").path, "--out",
                profiles,
            ])
        try cluster.start()
        let unsold = try cluster.farthing(["recommend", "--profiles", profiles, "--user", "d5"])
        #expect(unsold.status != 0 && unsold.errors.contains("no item that the shop sells"))
    }

    /// The columns enter the fit, and where the kinds of shoppers respond differently, they help.
    @Test func profilesAreFeaturesOfAFit() throws {
        let (cluster, profiles) = try shop()
        let features = cluster.folder.appending(path: "features.csv").path
        let purchases = cluster.folder.appending(path: "purchases.csv").path
        let learned = try Executable.run(
            "farthing",
            [
                "learn", "profiles", "--purchases", purchases, "--out", profiles, "--factors", "4", "--features-out",
                features,
            ])
        try #require(learned.status == 0, "\(learned.errors)")
        let lines = try String(contentsOfFile: features, encoding: .utf8).split(separator: "\n")
        #expect(lines[0] == "user,segment,factor_1,factor_2,factor_3,factor_4")
        #expect(lines.count == 81)
        let columns = Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.split(separator: ",", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            })
        func fit(_ withProfiles: Bool) throws -> (features: Int, logLoss: Double) {
            let header = "user,item,time,reference_price,price,unit_cost,bought"
            var text = header + (withProfiles ? "," + (columns["user"] ?? "") : "") + "\n"
            var draws = Draws(seed: 4, "exposures")
            for place in 0..<4_000 {
                let user = place % 80 < 40 ? "d\(place % 80)" : "g\(place % 80)"
                let ratio = [0.8, 0.9, 1, 1.1][draws.below(4)]
                let chance = place % 80 < 40 ? 0.85 - 0.1 * ratio : 1.0 - 0.85 * ratio
                let bought = draws.fraction() < chance ? 1 : 0
                let profile = withProfiles ? "," + (columns[user] ?? "") : ""
                text += "\(user),i,\(1_700_000_000 + place),10,\(10 * ratio),6,\(bought)\(profile)\n"
            }
            let path = cluster.folder.appending(path: "exposures-\(withProfiles).csv").path
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let result = try Executable.run(
                "farthing", ["learn", "fit", "--exposures", path, "--out", path + ".bundle", "-o", "json"])
            try #require(result.status == 0, "\(result.errors)")
            let report = try #require(
                JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            return (try #require(report["features"] as? Int), try #require(report["log_loss"] as? Double))
        }
        let (without, with) = (try fit(false), try fit(true))
        #expect(with.features >= without.features + 5)
        // A shopper's own past tells part of it without profiles.
        #expect(with.logLoss < without.logLoss - 0.005)
    }
}
