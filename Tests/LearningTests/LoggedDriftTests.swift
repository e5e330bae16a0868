// Windows of a log that was made from a known shop: the same shop is no drift, and what was changed is named.

import Domain
import Experiments
import Learning
import Testing

@Suite struct LoggedDriftTests {
    /// A shop that shows a price a minute, and sells as often as its model promises.
    private struct Shop {
        /// Prices lie around this, relative to the list price.
        var discount = 0.1
        /// Added to the log-odds that the model promises.
        var moved = 0.0
        var promises = true

        func records(from first: Int, _ count: Int, seed: UInt64 = 1) -> [Record] {
            (first..<first + count).flatMap { minute -> [Record] in
                var draws = Draws(seed: seed, "shown", UInt64(minute))
                let user = UserKey(tenant: "corner", user: "u\(minute % 400)")
                let product = "p\(draws.below(8))"
                let logOdds = -0.5 + draws.normal() * 0.8
                let ratio = 1 - discount * 2 * draws.fraction()
                let time = LoggedDriftTests.start.adding(milliseconds: Int64(minute) * 60_000)
                let shown = Exposure(
                    user: user, product: product, day: 0, anchor: Money(minorUnits: 1_000),
                    personalPrice: Money(minorUnits: Int64(1_000 * ratio)), listPrice: Money(minorUnits: 1_000),
                    expiresAt: time.adding(milliseconds: 15 * 60_000), modelVersion: 1, arm: 2, propensity: 0.5,
                    prediction: promises
                        ? DemandPrediction(
                            logOdds: Float(logOdds), priceTerm: 1, saturation: 1,
                            settledAt: time.adding(milliseconds: 75 * 60_000)) : nil)
                let record = Record.exposures(at: time, [shown])
                let chance = 1 / (1 + LoggedDriftTests.exponential(-(logOdds + moved)))
                guard draws.fraction() < chance else { return [record] }
                let event = Event(
                    id: EventID(UInt64(minute)), occurredAt: time.adding(milliseconds: 30_000),
                    basket: Basket(
                        spend: Money(minorUnits: 900), lines: 1, dealLines: 0,
                        items: [BasketItem(product: product, quantity: 1, paid: Money(minorUnits: 900))]))
                return [record, .events(user: user, events: [event])]
            }
        }
    }

    fileprivate static let start = Timestamp(milliseconds: 1_704_283_200_000)
    fileprivate static func exponential(_ value: Double) -> Double {
        // Ten terms after halving seven times: enough for what is drawn from it.
        var sum = 1.0
        var term = 1.0
        for place in 1...10 {
            term *= value / 128 / Double(place)
            sum += term
        }
        for _ in 0..<7 { sum *= sum }
        return sum
    }

    private static let rows = 4_000

    private func drift(_ records: [Record], fixedUntil minute: Int? = nil, newest minutes: Int = rows) throws
        -> LoggedDrift
    {
        var collected = LoggedExposures(tenant: "corner", horizonMilliseconds: 3_600_000)
        let catalogue = (0..<8).map { product in
            CatalogueRow(
                product: "p\(product)", name: "p", category: "food", currency: Currency(code: "USD")!,
                listPrice: Money(minorUnits: 1_000), unitCost: Money(minorUnits: 400 + 10 * Int64(product)),
                minimumPrice: nil, deal: nil, displayShare: 0, mailerShare: 0,
                effectiveAt: Self.start.adding(milliseconds: -1_000_000))
        }
        for record in [.catalogue(tenant: "corner", rows: catalogue)] + records { collected.add(record) }
        var windows = LoggedDrift.Windows(
            newestMilliseconds: Int64(minutes) * 60_000, referenceMilliseconds: Int64(2 * Self.rows) * 60_000)
        windows.fixedReference = minute.map {
            Self.start.adding(milliseconds: -1)..<Self.start.adding(milliseconds: Int64($0) * 60_000)
        }
        return try LoggedDrift(collected, windows)
    }

    private func drifted(_ drift: LoggedDrift) throws -> Set<String> {
        let monitors = try #require(drift.monitors)
        let report = monitors.input.drift(since: monitors.reference)
        return Set(
            report.features.filter(report.hasDrifted).map(\.name)
                + (report.calibrationHasDrifted ? ["calibration"] : []))
    }

    @Test func theSameShopHasNotDrifted() throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            let shop = Shop()
            let found = try drift(shop.records(from: 0, 3 * Self.rows, seed: seed))
            #expect(try drifted(found).isEmpty, "seed \(seed)")
            #expect(found.monitors?.input.calibration.line() != nil)
        }
    }

    @Test func whatHasChangedIsNamed() throws {
        let before = Shop().records(from: 0, 2 * Self.rows)
        let cheaper = Shop(discount: 0.2).records(from: 2 * Self.rows, Self.rows)
        #expect(try drifted(try drift(before + cheaper)) == ["price / reference_price"])
        let keener = Shop(moved: 0.5).records(from: 2 * Self.rows, Self.rows)
        #expect(try drifted(try drift(before + keener)) == ["bought", "calibration"])
    }

    @Test func aReferenceThatStaysRemembersWhatAMovingOneForgets() throws {
        let records =
            Shop().records(from: 0, Self.rows) + Shop(discount: 0.2).records(from: Self.rows, 3 * Self.rows)
        #expect(try drifted(try drift(records, fixedUntil: Self.rows)) == ["price / reference_price"])
        #expect(try drifted(try drift(records)).isEmpty)
    }

    /// The last hour's purchases are known, its other outcomes are not: taking what is known would look like a boom.
    @Test func whatIsNotSettledIsLeftOut() throws {
        let found = try drift(Shop().records(from: 0, 3 * Self.rows), newest: 500)
        #expect(try !drifted(found).contains("bought"))
        let last = try #require(found.newest.last)
        let end = Self.start.adding(milliseconds: Int64(3 * Self.rows - 1) * 60_000)
        #expect(last.adding(milliseconds: 75 * 60_000) <= end)
        #expect(last.adding(milliseconds: 78 * 60_000) > end)
    }

    @Test func tooFewRowsAreWaitedFor() throws {
        #expect(try drift([]).monitors == nil)
        let few = try drift(Shop().records(from: 0, 150), newest: 60)
        #expect(few.monitors == nil && few.newest.count < 100)
        // No promises: no calibration, and everything else all the same.
        let silent = try drift(Shop(promises: false).records(from: 0, 3 * Self.rows))
        #expect(silent.monitors?.input.promises == 0)
        #expect(try drifted(silent).isEmpty)
    }
}
