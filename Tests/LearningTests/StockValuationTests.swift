// From a stock list and the shoppers of a log to what a unit is worth.

import Domain
import Foundation
import Learning
import Pricing
import Testing

@Suite struct StockValuationTests {
    private let policy = PricingPolicy(
        objective: .profit, conversionValueRatio: 0, minimumMarginRatio: 0.05, smoothing: 0.2,
        largestDailyMoveRatio: 0.1, largestDiscountRatio: 0.4, ending: .none)

    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func terms(_ policy: PricingPolicy? = nil, controlShare: Double = 0) -> SellingTerms {
        SellingTerms(
            policy: policy ?? self.policy, controlShare: controlShare, now: now,
            end: now.adding(milliseconds: 100_000))
    }

    private func row(cost: Int64 = 500, list: Int64 = 1_000, currency: String = "USD") throws -> CatalogueRow {
        CatalogueRow(
            product: "milk", name: "milk", category: "food", currency: try #require(Currency(code: currency)),
            listPrice: Money(minorUnits: list), unitCost: Money(minorUnits: cost), minimumPrice: nil, deal: nil,
            displayShare: 0, mailerShare: 0, effectiveAt: Timestamp(milliseconds: 0))
    }

    private func curves(_ count: Int = 20) -> [DemandCurve] {
        (0..<count).map { index in
            DemandCurve(intercept: Double(index % 5) / 2 - 1, slope: 4 + Double(index % 3), reference: 1_000, centre: 0)
        }
    }

    private func stock(_ units: Int, salvage: Double? = nil) -> StockFile.Entry {
        StockFile.Entry(stock: units, salvageValue: salvage)
    }

    /// Units that shoppers are expected to buy at the best prices for a unit of this worth.
    private func demand(_ curves: [DemandCurve], arrivals: Double, worth: Money, _ policy: PricingPolicy) throws
        -> Double
    {
        let row = try row()
        let bounds = PriceBounds(row, policy)
        return curves.reduce(0) { sum, curve in
            let price = OptimalPrice.solve(
                curve, .profit, unitCost: policy.netCost(of: row, unitWorth: worth),
                within: bounds.floor.real...bounds.ceiling.real)
            return sum + arrivals / Double(curves.count) * curve.probability(at: price)
        }
    }

    /// The law: at its worth no more are sold than there are; at a cent less, more. Where there is plenty it is the cost.
    @Test(arguments: [0, 0.4])
    func atItsWorthWhatIsOnHandIsSold(conversionValue: Double) throws {
        var policy = policy
        policy.conversionValueRatio = conversionValue
        let curves = curves()
        let most = try demand(curves, arrivals: 200, worth: Money(minorUnits: 500), policy)
        let least = try demand(curves, arrivals: 200, worth: Money(minorUnits: 100_000), policy)
        var binding = 0
        for units in stride(from: Int(least) + 1, through: Int(most) + 20, by: 3) {
            let valuation = try #require(
                StockValuation(stock(units), of: try row(), curves: curves, arrivals: 200, terms(policy)))
            let sold = try demand(curves, arrivals: 200, worth: valuation.worth, policy)
            #expect(sold <= Double(units) + 1e-9)
            guard Double(units) < most else {
                #expect(valuation.isCost)
                continue
            }
            binding += 1
            let below = Money(minorUnits: valuation.worth.minorUnits - 1)
            #expect(try demand(curves, arrivals: 200, worth: below, policy) > Double(units) - 1e-6)
        }
        #expect(binding > 3)
    }

    @Test func whatStaysIsWorthItsSalvageValueInTheUnitsOfTheCurrency() throws {
        for (currency, minor) in [("USD", Int64(250)), ("JPY", 2), ("KWD", 2_500)] {
            let valuation = try #require(
                StockValuation(
                    stock(1_000_000, salvage: 2.5), of: try row(currency: currency), curves: curves(), arrivals: 5,
                    terms(policy)))
            #expect(valuation.worth == Money(minorUnits: minor))
            #expect(!valuation.isCost)
        }
    }

    /// While it runs everybody pays the deal's price at most, and afterwards not.
    @Test func whatADealSellsIsExpectedWhileItRuns() throws {
        func demand(dealUntil milliseconds: Int64) throws -> Double {
            var row = try self.row()
            row.deal = Deal(price: Money(minorUnits: 450), endsAt: now.adding(milliseconds: milliseconds))
            let valuation = StockValuation(stock(1_000), of: row, curves: curves(), arrivals: 200, terms())
            return try #require(valuation).solved.expectedDemand
        }
        let without = try demand(dealUntil: 0)
        let whole = curves().reduce(0) { $0 + 10 * $1.probability(at: 450) }
        #expect(abs(try demand(dealUntil: 100_000) - whole) < 1e-9)
        #expect(abs(try demand(dealUntil: 900_000) - whole) < 1e-9)
        #expect(abs(try demand(dealUntil: 25_000) - (0.25 * whole + 0.75 * without)) < 1e-9)
        // Units that are scarce after the deal are worth more than it asks for them.
        var row = try row()
        row.deal = Deal(price: Money(minorUnits: 450), endsAt: now.adding(milliseconds: 1_000))
        let scarce = try #require(StockValuation(stock(30), of: row, curves: curves(), arrivals: 200, terms()))
        #expect(scarce.worth > Money(minorUnits: 600))
    }

    /// The control arm buys at the public price, whatever a unit is worth.
    @Test func theControlArmIsExpectedAtThePublicPrice() throws {
        func demand(_ share: Double, stock units: Int) throws -> Double {
            let valuation = StockValuation(
                stock(units), of: try row(), curves: curves(), arrivals: 200, terms(controlShare: share))
            return try #require(valuation).solved.expectedDemand
        }
        let atList = curves().reduce(0) { $0 + 10 * $1.probability(at: 1_000) }
        #expect(abs(try demand(1, stock: 1_000) - atList) < 1e-9)
        let none = try demand(0, stock: 1_000)
        #expect(abs(try demand(0.25, stock: 1_000) - (0.25 * atList + 0.75 * none)) < 1e-9)
    }

    /// 1.10 dollars are 110 cents, and not what the product of two doubles is rounded up to.
    @Test(arguments: [(0.07, Int64(7)), (1.1, 110), (5, 500), (2.675, 268)])
    func salvageValuesAreWholeMinorUnits(units: Double, minor: Int64) throws {
        let valuation = try #require(
            StockValuation(stock(1_000, salvage: units), of: try row(), curves: curves(), arrivals: 5, terms()))
        #expect(valuation.worth == Money(minorUnits: minor))
        #expect(valuation.isCost == (minor == 500))
    }

    /// Nothing of a curve is lost on the way through an explanation.
    @Test func aCurveIsWhatItsExplanationTells() throws {
        var lottery = Lottery(seed: 4)
        for _ in 0..<100 {
            func real(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &lottery) }
            let curve = DemandCurve(
                intercept: real(-3...3), slope: real(0.2...12), reference: real(50...5_000), centre: real(-0.2...0.2),
                shape: try #require(PriceShape(knots: [-0.1, 0.05], gradients: [real(0.5...1), 1, real(1...3)])),
                saturation: real(0.2...1), sharpness: real(0.5...8), choices: 0.8...real(1...1.3))
            var line = LineExplanation(
                product: "milk", listPrice: Money(minorUnits: 1), unitCost: .zero, referencePrice: curve.reference,
                intercept: curve.intercept, slope: curve.slope, centre: curve.centre, knots: curve.shape.knots,
                gradients: curve.shape.gradients, ceiling: curve.saturation, sharpness: curve.sharpness,
                choices: curve.choices, elasticity: 0, probability: 0, probabilityAtList: 0, optimum: 0, steps: [],
                features: [])
            #expect(DemandCurve(line) == curve)
            let hostile: [(inout LineExplanation) -> Void] = [
                { $0.slope = 0 }, { $0.slope = .nan }, { $0.slope = -1 }, { $0.referencePrice = 0 },
                { $0.referencePrice = -.infinity }, { $0.intercept = .nan }, { $0.centre = .infinity },
                { $0.gradients = [] }, { $0.gradients = [1, -1, 1] }, { $0.knots = [1, 0] }, { $0.ceiling = 0 },
                { $0.ceiling = 2 }, { $0.sharpness = -1 },
            ]
            let whole = line
            for damage in hostile {
                line = whole
                damage(&line)
                #expect(DemandCurve(line) == nil)
            }
        }
    }

    @Test func nobodyExpectedNeedsNobodyToAskAboutAndSomebodyDoes() throws {
        let none = try #require(StockValuation(stock(3), of: try row(), curves: [], arrivals: 0, terms(policy)))
        #expect(none.isCost)
        #expect(StockValuation(stock(3), of: try row(), curves: [], arrivals: 1, terms(policy)) == nil)
    }

    // MARK: - Who comes

    private func exposure(_ user: String, _ product: String, tenant: String = "demo") -> Exposure {
        let price = Money(minorUnits: 100)
        return Exposure(
            user: UserKey(tenant: tenant, user: user), product: product, day: 0, anchor: price, personalPrice: price,
            listPrice: price, expiresAt: Timestamp(milliseconds: 0), modelVersion: 1, arm: 0, propensity: 1)
    }

    @Test func shoppersOfTheLastDaysComeAgainAsOften() throws {
        let day = ShopCalendar.millisecondsPerDay
        func ago(_ days: Double) -> Timestamp { now.adding(milliseconds: -Int64(days * Double(day))) }
        let soon = now.adding(milliseconds: day)
        var visitors = RecentVisitors(tenant: "demo", products: ["milk", "rare"], now: now, days: 7)
        #expect(visitors.expected(of: "milk", until: soon, .day) == nil)
        visitors.add(.exposures(at: ago(9), [exposure("gone", "milk")]))
        for past in 0..<7 {
            // A regular, twice a day; and two who came once.
            visitors.add(.exposures(at: ago(Double(past) + 0.2), [exposure("regular", "milk")]))
            visitors.add(.exposures(at: ago(Double(past) + 0.6), [exposure("regular", "milk"), exposure("a", "eggs")]))
        }
        visitors.add(.exposures(at: ago(5), [exposure("b", "milk"), exposure("z", "milk", tenant: "other")]))
        visitors.add(.exposures(at: ago(6), [exposure("c", "milk")]))
        #expect(visitors.shoppers(of: "milk", most: 9) == ["regular", "b", "c"])
        #expect(visitors.shoppers(of: "milk", most: 2) == ["regular", "b"])
        #expect(visitors.shoppers(of: "rare", most: 9).isEmpty)
        #expect(visitors.expected(of: "milk", until: soon, .day) == 9.0 / 7)
        #expect(visitors.expected(of: "milk", until: soon, .week) == 3.0 / 7)
        #expect(visitors.expected(of: "milk", until: now.adding(milliseconds: 7 * day), .week) == 3)
        #expect(visitors.expected(of: "rare", until: soon, .day) == nil)
    }

    @Test func aLogThatHasJustBegunIsTakenForAnHour() {
        var visitors = RecentVisitors(tenant: "demo", products: ["milk"], now: now, days: 7)
        visitors.add(.exposures(at: now.adding(milliseconds: -60_000), [exposure("a", "milk"), exposure("b", "milk")]))
        #expect(visitors.expected(of: "milk", until: now.adding(milliseconds: 3 * 3_600_000), .day) == 6)
    }

    @Test func theRowInForceIsTheLatestThatHasBegun() throws {
        var visitors = RecentVisitors(tenant: "demo", products: ["milk"], now: now, days: 7)
        visitors.add(.catalogue(tenant: "other", rows: [try row()]))
        #expect(visitors.row(of: "milk") == nil)
        var planned = try row()
        planned.effectiveAt = now.adding(milliseconds: 1)
        var again = try row()
        again.listPrice = Money(minorUnits: 900)
        visitors.add(.catalogue(tenant: "demo", rows: [planned, try row()]))
        #expect(visitors.row(of: "milk") == (try row()))
        visitors.add(.catalogue(tenant: "demo", rows: [again]))
        #expect(visitors.row(of: "milk") == again)
    }

    @Test func valuesInForceAreTheLatestOfEachProduct() throws {
        let dollars = try #require(Currency(code: "USD"))
        func value(_ product: String, _ worth: Int64, _ until: Timestamp) -> StockValue {
            StockValue(product: product, worth: Money(minorUnits: worth), currency: dollars, until: until)
        }
        let later = now.adding(milliseconds: 1)
        var logged = LoggedStock(tenant: "demo")
        logged.add(
            .stockValues(tenant: "demo", at: now, [value("b", 1, later), value("a", 2, later), value("c", 3, later)]))
        logged.add(.stockValues(tenant: "other", at: now, [value("d", 4, later)]))
        logged.add(.stockValues(tenant: "demo", at: now, [value("a", 5, later), value("c", 6, StockValue.over)]))
        #expect(logged.inForce(at: now) == [value("a", 5, later), value("b", 1, later)])
        #expect(logged.inForce(at: later).isEmpty)
    }
}
