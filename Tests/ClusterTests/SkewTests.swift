import Client
import Domain
import Configuration
import Features
import Foundation
import Learning
import Models
import Testing

/// Training and serving compute the same features: the rows that learning replays offline are, bit for bit, the
/// rows that a live cluster prices with after importing the same history through the front door.
@Suite(.serialized) struct ServingSkewTests {
    @Test func aLiveClusterPricesWithTheFeaturesThatTrainingSaw() throws {
        let calendar = try #require(ShopCalendar(timeZone: CompleteJourney.timeZone))
        let journey = try CompleteJourney(
            folder: repository.appending(path: "Data/complete-journey").path, calendar: calendar)
        let data = journey.trainingData(calendar: calendar)
        let cluster = try TestCluster(
            extra: "experiments: {salt: tests, control_share: 0%}\nshop: {tenant: tests}")
        _ = try cluster.write(try bundle(version: 1, products: data.products))
        try cluster.start()
        let imported = try cluster.farthing(
            ["import", repository.appending(path: "Data/complete-journey").path, "--rebase", "now"])
        try #require(imported.status == 0, "\(imported.errors)")

        let client = try cluster.client()
        let lastWeek = 40 + CompleteJourney.weekOffset
        let visitors = Set(
            data.events.filter { calendar.week(of: $0.event.occurredAt) == lastWeek }.map(\.user)
        ).sorted()
        let chosen = stride(from: 0, to: visitors.count, by: visitors.count / 8).map { visitors[$0] }
        var seen: [String: Set<Float>] = [:]
        for user in chosen {
            var own = data
            own.events = data.events.filter { $0.user == user }
            // Rates through no week at all are the same for everybody, as in the test's bundle.
            let replay = try MatrixReplay(own, calendar: calendar, ratesThrough: .min)
            let matrix = try #require(replay.matrices(of: [lastWeek...lastWeek]).first)
            try #require(matrix.count == data.products.count)
            let explained = try client.explain(
                PriceRequest(
                    user: UserKey(tenant: tenant, user: user), currency: dollars,
                    lines: data.products.map { CartLine(product: $0, quantity: 1) })
            ).value
            for place in 0..<matrix.count {
                let line = try #require(
                    explained.lines.first { $0.product == data.products[Int(matrix.products[place])] })
                #expect(line.features.map(\.name) == FeatureSchema.names)
                #expect(line.features.map(\.value) == matrix.row(place), "shopper \(user), product \(line.product)")
                for feature in line.features { seen[feature.name, default: []].insert(feature.value) }
            }
        }
        // A column that never moves would be equal whatever it meant.
        for name in ["list price over reference", "pull of substitutes", "personal price response"] {
            #expect((seen[name]?.count ?? 0) > 10, "\(name)")
        }
    }
}
