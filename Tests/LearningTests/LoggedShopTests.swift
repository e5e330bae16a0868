// A cluster's log teaches what the files taught that it was filled from, and what it has shown since.

import Domain
import Learning
import Testing

@Suite struct LoggedShopTests {
    private let tenant = "corner"

    /// The records that a cluster writes when it is told of a history.
    private func records(_ data: TrainingData) -> [Record] {
        let catalogue = [Record.catalogue(tenant: tenant, rows: data.catalogue)]
        let events = data.events.map { Record.events(user: UserKey(tenant: tenant, user: $0.user), events: [$0.event]) }
        return catalogue + events
    }

    private func shop(_ records: [Record]) -> LoggedShop {
        var shop = LoggedShop(tenant: tenant, calendar: .utc)
        for record in records { shop.add(record) }
        return shop
    }

    private func matrix(_ data: TrainingData) throws -> TrainingMatrix {
        try MatrixReplay(data, calendar: .utc, ratesThrough: week + 6).matrices(of: [(week + 3)...(week + 8)])[0]
    }

    private func exposures(_ prices: [(user: String, product: String, price: Int64)], week: Int32) -> Record {
        let time = instant(week, day: 2)
        return .exposures(
            at: time,
            prices.map {
                Exposure(
                    user: UserKey(tenant: tenant, user: $0.user), product: $0.product,
                    day: ShopCalendar.utc.day(of: time), anchor: Money(minorUnits: 100),
                    personalPrice: Money(minorUnits: $0.price), listPrice: Money(minorUnits: 100),
                    expiresAt: time.adding(milliseconds: 60_000), modelVersion: 1, arm: 2, propensity: 0.1)
            })
    }

    @Test func whatWasImportedGivesTheRowsOfTheFiles() throws {
        let data = littleShop(shoppers: 12, weeks: 12)
        var logged = try shop(records(data)).trainingData()
        #expect(Set(logged.products) == Set(data.products))
        logged.products = data.products
        let (expected, found) = (try matrix(data), try matrix(logged))
        #expect(found.count == expected.count && found.count > 100)
        #expect(found.labels == expected.labels)
        #expect(found.logRelativePrices == expected.logRelativePrices)
        // Visitors stand in the order of their first event; those of one moment in the log's.
        #expect(found.features == expected.features)
    }

    @Test func partitionsOneAfterAnotherAndEventsSentTwiceChangeNothing() throws {
        let data = littleShop(shoppers: 12, weeks: 12)
        let all = records(data)
        let straight = try shop(all).trainingData()
        let byShopper = all.filter { if case .catalogue = $0 { false } else { true } }.enumerated().sorted {
            (shopper($0.element), $0.offset) < (shopper($1.element), $1.offset)
        }.map(\.element)
        let twice = try shop(byShopper + byShopper + [all[0]]).trainingData()
        #expect(twice.events.count == straight.events.count)
        #expect(try matrix(twice).positives == matrix(straight).positives)
        #expect(try matrix(twice).count == matrix(straight).count)
    }

    private func shopper(_ record: Record) -> String {
        if case .events(let user, _) = record { user.user } else { "" }
    }

    @Test func aPriceShownCountsInsteadOfThePublicOne() throws {
        let data = littleShop(shoppers: 12, weeks: 12)
        let plain = try shop(records(data)).trainingData()
        let buyer = try #require(
            data.events.first { ShopCalendar.utc.week(of: $0.event.occurredAt) == week + 5 }?.user)
        let product = data.products[1]
        let shown = try shop(
            records(data) + [
                exposures([(buyer, product, 90), (buyer, product, 70), ("nobody", product, 65)], week: week + 5)
            ]
        ).trainingData()
        let (before, after) = (try matrix(plain), try matrix(shown))
        // Somebody who saw a price and did not shop is one row more, and no purchase.
        #expect(after.count == before.count + 1)
        #expect(after.positives == before.positives)
        let changed = zip(before.logRelativePrices, after.logRelativePrices).filter { $0 != $1 }.count
        #expect(changed >= 1)
        #expect(shop(records(data)).shownByArm.isEmpty)
    }

    @Test func otherTenantsAreNobodysBusiness() throws {
        let data = littleShop(shoppers: 4, weeks: 5)
        var other = LoggedShop(tenant: "elsewhere", calendar: .utc)
        for record in records(data) { other.add(record) }
        let error = #expect(throws: LearningError.self) { try other.trainingData() }
        #expect(error?.place == "the log of elsewhere")
        #expect(throws: LearningError.self) { try other.settings(at: instant(week + 5)) }
    }

    @Test func theLastWeeksAreHeldOut() throws {
        let shop = shop(records(littleShop(shoppers: 12, weeks: 12)))
        let settings = try shop.settings(at: instant(week + 12))
        #expect(settings.testedWeeks == (week + 11)...(week + 11))
        #expect(settings.trainedWeeks.upperBound == week + 10)
        #expect(settings.trainedWeeks.lowerBound > week)
        // Who has not bought yet in a week that is not over may still do so.
        #expect(try shop.settings(at: instant(week + 11, day: 6)).testedWeeks == (week + 10)...(week + 10))
        #expect(throws: LearningError.self) { try shop.settings(at: instant(week + 3)) }
    }
}
