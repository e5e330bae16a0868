// The best price on a demand curve, by calculus instead of by search.
//
// Profit is (p − c)·P(p). Its derivative has the sign of
//     g(p) = p/(p − c) − slope·(1 − P(p)^k),
// whose first term falls and whose second rises with p: g has at most one root, to the left of which profit
// grows and to the right of which it shrinks (the Lerner condition, margin = 1/|elasticity|). Looking at the
// two bounds decides most prices at once; otherwise a Newton iteration in ln p, kept inside a shrinking
// bracket, converges in a handful of steps. Revenue is profit with c = 0. A grid scan was rejected: it costs a
// model evaluation for each candidate and answers only as finely as its grid.
//
// All this holds on each straight piece of a demand curve with knots, so the best price is the best of the pieces'. The
// saturation scales every profit alike and decides nothing; P is without it here, and k is the curve's sharpness.

import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// What a price should maximise.
public enum PricingObjective: String, Sendable, CaseIterable {
    case profit, revenue, conversion
}

public enum OptimalPrice {
    /// The price in `bounds` that maximises the objective, in minor units.
    /// - Parameters:
    ///   - unitCost: minor units, the shadow price of scarce stock included.
    ///   - bounds: positive and finite.
    /// - Complexity: at most 64 evaluations of the curve; 1 to 6 in practice.
    public static func solve(
        _ curve: DemandCurve, _ objective: PricingObjective, unitCost: Double, within bounds: ClosedRange<Double>
    ) -> Double {
        switch objective {
        case .conversion: bounds.lowerBound
        case .revenue: best(on: curve, unitCost: 0, within: bounds)
        case .profit: best(on: curve, unitCost: unitCost, within: bounds)
        }
    }

    /// The best of the pieces' best; of equals, the lowest.
    private static func best(on curve: DemandCurve, unitCost: Double, within bounds: ClosedRange<Double>) -> Double {
        guard curve.shape.count > 1 else { return root(of: curve, piece: 0, unitCost: unitCost, within: bounds) }
        var best: (price: Double, profit: Double)?
        for piece in 0..<curve.shape.count {
            let range = curve.shape.range(of: piece)
            let low = max(bounds.lowerBound, curve.reference * exp(range.lowerBound + curve.centre))
            let high = min(bounds.upperBound, curve.reference * exp(range.upperBound + curve.centre))
            guard low <= high else { continue }
            let price = root(of: curve, piece: piece, unitCost: unitCost, within: low...high)
            let profit = (price - unitCost) * curve.acceptance(at: price)
            if let known = best, known.profit >= profit { continue }
            best = (price, profit)
        }
        return best?.price ?? bounds.upperBound
    }

    private static func root(
        of curve: DemandCurve, piece: Int, unitCost: Double, within bounds: ClosedRange<Double>
    ) -> Double {
        let slope = curve.slope * curve.shape.gradients[piece]
        // Below cost there is no profit to maximise, so the bracket starts at the cost.
        let lowest = max(bounds.lowerBound, min(unitCost.nextUp, bounds.upperBound))
        if gain(curve, slope, unitCost, bounds.upperBound).value >= 0 { return bounds.upperBound }
        if gain(curve, slope, unitCost, lowest).value <= 0 { return lowest }

        var low = log(lowest)
        var high = log(bounds.upperBound)
        var position = (low + high) / 2
        for _ in 0..<64 {
            let (value, derivative) = gain(curve, slope, unitCost, exp(position))
            if value > 0 { low = position } else { high = position }
            let newton = position - value / derivative
            let next = newton > low && newton < high ? newton : (low + high) / 2
            let isSettled = abs(next - position) < 1e-9
            position = next
            if isSettled { break }
        }
        // A logarithm and back may land a hair outside.
        return min(max(exp(position), lowest), bounds.upperBound)
    }

    /// g and dg/d(ln p) at a price; g has the sign of the objective's derivative.
    private static func gain(
        _ curve: DemandCurve, _ slope: Double, _ unitCost: Double, _ price: Double
    ) -> (value: Double, derivative: Double) {
        let readiness = curve.readiness(at: price)
        let margin = price - unitCost
        guard margin > 0 else { return (.infinity, -1) }
        return (
            price / margin - slope * (1 - readiness),
            -price * unitCost / (margin * margin) - slope * slope * curve.sharpness * readiness * (1 - readiness)
        )
    }
}
