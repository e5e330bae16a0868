// What a cluster showed and what came of it, from its records.

import Domain
import Learning
import Testing

@Suite struct LoggedExposuresTests {
    private let noon = Timestamp(milliseconds: 1_704_283_200_000)
    private let ann = UserKey(tenant: "corner", user: "ann")

    private func at(_ minutes: Int64) -> Timestamp { noon.adding(milliseconds: minutes * 60_000) }

    private func shown(
        _ price: Int64, at minutes: Int64, _ product: String = "tea", user: UserKey? = nil, model: UInt64 = 1,
        propensity: Float = 0.25
    ) -> Record {
        .exposures(
            at: at(minutes),
            [
                Exposure(
                    user: user ?? ann, product: product, day: 0, anchor: Money(minorUnits: 100),
                    personalPrice: Money(minorUnits: price), listPrice: Money(minorUnits: 100),
                    expiresAt: at(minutes + 15), modelVersion: model, arm: 2, propensity: propensity)
            ])
    }

    private func basket(_ id: UInt64, at minutes: Int64, _ product: String = "tea", quantity: Int64 = 1) -> Record {
        .events(
            user: ann,
            events: [
                Event(
                    id: EventID(id), occurredAt: at(minutes),
                    basket: Basket(
                        spend: Money(minorUnits: 500), lines: 1, dealLines: 0,
                        items: [BasketItem(product: product, quantity: quantity, paid: Money(minorUnits: 90))]))
            ])
    }

    private func row(_ cost: Int64, list: Int64 = 100, from minutes: Int64) -> Record {
        .catalogue(
            tenant: "corner",
            rows: [
                CatalogueRow(
                    product: "tea", name: "tea", category: "food", currency: Currency(code: "USD")!,
                    listPrice: Money(minorUnits: list), unitCost: Money(minorUnits: cost), minimumPrice: nil, deal: nil,
                    displayShare: 0, mailerShare: 0, effectiveAt: at(minutes))
            ])
    }

    private func joined(_ records: [Record], horizonMinutes: Int64 = 60) -> (exposures: [LoggedExposure], open: Int) {
        var collected = LoggedExposures(tenant: "corner", horizonMilliseconds: horizonMinutes * 60_000)
        for record in [row(40, from: -9_999)] + records { collected.add(record) }
        return collected.joined()
    }

    @Test func aPriceWasBoughtWhenABasketComesInTime() {
        for (minutes, quantity) in [(0, 3), (14, 3), (74, 3), (75, 0), (-2, 0)] as [(Int64, Int64)] {
            let found = joined([shown(90, at: 0), basket(1, at: minutes, quantity: 3), shown(80, at: 5_000)])
            #expect(found.exposures.map(\.quantity) == [quantity], "\(minutes)")
            #expect(found.open == 1, "the last one may still be bought")
        }
        let other = joined([shown(90, at: 0), basket(1, at: 3, "milk"), shown(90, at: 999, "milk")])
        #expect(other.exposures.map(\.quantity) == [0])
    }

    @Test func nothingIsDecidedBeforeTheHorizon() {
        #expect(joined([shown(90, at: 0), basket(1, at: 70, "milk")]).exposures.isEmpty)
        #expect(joined([shown(90, at: 0), basket(1, at: 75, "milk")]).exposures.count == 1)
        // A purchase decides no sooner: of the last hours, buyers alone would be left.
        #expect(joined([shown(90, at: 0), basket(1, at: 1)]).exposures.isEmpty)
        #expect(
            joined([shown(90, at: 0), basket(1, at: 1), basket(2, at: 75, "milk")]).exposures.map(\.quantity) == [1])
    }

    @Test func aQuoteAskedForAgainIsOneExposureAtItsLastPrice() {
        let found = joined([
            shown(90, at: 0), shown(85, at: 10), shown(80, at: 24), basket(1, at: 30), shown(70, at: 500),
        ])
        #expect(found.exposures.map(\.price.minorUnits) == [80] && found.exposures[0].time == at(0))
        // After its end another one begins, and a purchase belongs to the later.
        let two = joined([shown(90, at: 0), shown(80, at: 16), basket(1, at: 20), basket(2, at: 99, "milk")])
        #expect(two.exposures.map(\.quantity) == [0, 1])
    }

    /// Promised, a price comes again whatever its chance was.
    @Test func aPriceKeepsTheChanceThatItHadAtFirst() {
        func chances(_ records: Record...) -> [Float] {
            joined(records + [basket(1, at: 999, "milk")]).exposures.map(\.propensity)
        }
        #expect(chances(shown(90, at: 0, propensity: 0.1), shown(90, at: 10, propensity: 1)) == [0.1])
        let lowered = shown(80, at: 10, propensity: 0.3)
        #expect(chances(shown(90, at: 0, propensity: 0.1), lowered) == [0.3])
        #expect(chances(shown(90, at: 0, propensity: 0.1), lowered, shown(80, at: 20, propensity: 1)) == [0.3])
        // After its end it is drawn anew.
        #expect(
            chances(shown(90, at: 0, propensity: 0.1), shown(90, at: 16, propensity: 0.2)).sorted() == [0.1, 0.2])
    }

    /// Models are to be served on what they were learned from.
    @Test func theReferencePriceIsTheWorkers() throws {
        let week: Int64 = 7 * 24 * 60
        let found = joined([
            row(40, from: -5 * week), row(40, list: 130, from: -week), shown(90, at: 0), basket(1, at: week, "milk"),
        ])
        // Weeks of 100, then one of 130; the week itself does not count.
        #expect(found.exposures.count == 1)
        let reference = try #require(found.exposures.first?.referencePrice)
        #expect(reference > 100 && reference < 130)
        #expect(joined([shown(90, at: 0), basket(1, at: week, "milk")]).exposures.map(\.referencePrice) == [100])
    }

    @Test func anEventSentTwiceIsOnePurchase() {
        let found = joined([
            shown(90, at: 0), basket(1, at: 2, quantity: 2), basket(1, at: 2, quantity: 2), basket(2, at: 99, "milk"),
        ])
        #expect(found.exposures.map(\.quantity) == [2])
    }

    @Test func costsAreThoseOfTheTimeAndOthersTenantsAreLeftOut() {
        let stranger = UserKey(tenant: "other", user: "ann")
        let found = joined([
            row(50, from: 100), shown(90, at: 0), shown(90, at: 200, model: 2), shown(1, at: 300, user: stranger),
            basket(1, at: 9_999, "milk"),
        ])
        #expect(found.exposures.map(\.unitCost.minorUnits) == [40, 50])
        #expect(found.exposures.map(\.modelVersion) == [1, 2])
        #expect(found.exposures.allSatisfy { $0.arm == 2 && $0.propensity == 0.25 && $0.currency.code == "USD" })
    }
}
