// What every personal price keeps, whatever the curve, the rules and the past: stated once, checked over random
// inputs, and itself checked against decisions that are broken on purpose.

import Domain
import Pricing

/// A decision as the tests know it: the real one, or a broken one.
typealias Decision = @Sendable (DemandCurve, PriceContext, PricingPolicy, inout PriceTrail) -> Money

enum PriceLaw: String, CaseIterable {
    case positive, atMostTheListPrice, atLeastTheFloor, atMostThePromise, withinTheDailyMove, trailEndsInThePrice
}

/// A random situation in which a price is decided.
struct Situation {
    let curve: DemandCurve
    let context: PriceContext
    let policy: PricingPolicy

    init(_ lottery: inout Lottery) throws {
        let list = lottery.whole(1...3_000)
        let row = try row(
            list: list, cost: lottery.whole(0...(list * 5 / 4)),
            minimum: Bool.random(using: &lottery) ? lottery.whole(1...list) : nil)
        let earlier: Money? = Bool.random(using: &lottery) ? money(lottery.whole(1...(list * 3 / 2))) : nil
        let promised: Money? = Bool.random(using: &lottery) ? money(lottery.whole(1...(list * 3 / 2))) : nil
        context = PriceContext(row: row, yesterday: earlier, promised: promised)
        curve = DemandCurve(
            intercept: lottery.real(-6...4), slope: lottery.real(0.2...8), reference: Double(list),
            centre: lottery.real(-0.3...0.3))
        policy = PricingPolicy(
            objective: lottery.element(PricingObjective.allCases), conversionValueRatio: lottery.real(0...1),
            minimumMarginRatio: lottery.real(0...0.5), smoothing: lottery.real(0...1),
            largestDailyMoveRatio: lottery.real(0...1), largestDiscountRatio: lottery.real(0...0.9),
            ending: lottery.element(PriceEnding.allCases))
    }

    /// The laws that a decision breaks here.
    func broken(by decision: Decision) -> [PriceLaw] {
        var trail = PriceTrail(keepingSteps: true)
        let price = decision(curve, context, policy, &trail)
        return PriceLaw.allCases.filter { !holds($0, price, trail) }
    }

    private func holds(_ law: PriceLaw, _ price: Money, _ trail: PriceTrail) -> Bool {
        let bounds = PriceBounds(context.row, policy)
        switch law {
        case .positive: return price > .zero
        case .atMostTheListPrice: return price <= context.row.listPrice
        case .atLeastTheFloor: return price >= min(bounds.floor, context.promised ?? bounds.floor)
        case .atMostThePromise: return context.promised.map { price <= $0 } ?? true
        case .withinTheDailyMove:
            // A rule that stands above the move may go further: bounds, an ending, a promise.
            let higher: [PriceReason] = [.floor, .ceiling, .priceEnding, .sticky]
            guard !higher.contains(where: trail.reasons.contains) else { return true }
            let start = min(context.yesterday ?? bounds.ceiling, bounds.ceiling).real
            return abs(price.real - start) <= start * policy.largestDailyMoveRatio
        case .trailEndsInThePrice: return trail.steps?.last?.price == price
        }
    }
}
