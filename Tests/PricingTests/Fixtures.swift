import Domain
import Glibc
import Pricing
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    mutating func real(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    mutating func whole(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

    mutating func element<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}

func money(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits) }

let day: Int64 = 86_400_000

func row(
    list: Int64 = 200, cost: Int64 = 100, minimum: Int64? = nil, deal: Deal? = nil, effectiveAt: Int64 = 0
) throws -> CatalogueRow {
    CatalogueRow(
        product: "milk", name: "Milk", category: "dairy", currency: try #require(Currency(code: "USD")),
        listPrice: money(list), unitCost: money(cost), minimumPrice: minimum.map(money), deal: deal, displayShare: 0,
        mailerShare: 0, effectiveAt: Timestamp(milliseconds: effectiveAt))
}

/// A policy that lets the optimum through, except for what a test sets.
func policy(
    _ objective: PricingObjective = .profit, conversionValue: Double = 0, margin: Double = 0, smoothing: Double = 1,
    dailyMove: Double = 1, discount: Double = 0.9, ending: PriceEnding = .none
) -> PricingPolicy {
    PricingPolicy(
        objective: objective, conversionValueRatio: conversionValue, minimumMarginRatio: margin, smoothing: smoothing,
        largestDailyMoveRatio: dailyMove, largestDiscountRatio: discount, ending: ending)
}

/// A curve whose profit is greatest near `price` for a unit of cost `cost`: the Lerner condition solved for the
/// intercept at slope 4.
func curve(bestAt price: Double, cost: Double) -> DemandCurve {
    let slope = 4.0
    let share = price / (price - cost) / slope
    precondition(share < 1, "no curve of slope 4 has its optimum so close to the cost")
    // 1 - P = share, so the log-odds of P are ln((1 - share) / share).
    return DemandCurve(intercept: log((1 - share) / share), slope: slope, reference: price, centre: 0)
}
