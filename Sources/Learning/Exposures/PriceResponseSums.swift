// What rows say of how often they buy and how they mind the price, without fitting anything: sums that take one row at a
// time, and one Newton step of a logit.

import Domain

struct PriceResponseSums {
    var count = 0.0
    var bought = 0.0
    private var prices = 0.0
    private(set) var priceSquares = 0.0
    private var pricesBought = 0.0

    /// - Parameter price: ln(price / reference), centred.
    mutating func add(_ price: Double, _ bought: Bool) {
        count += 1
        prices += price
        priceSquares += price * price
        if bought {
            self.bought += 1
            pricesBought += price
        }
    }

    /// One Newton step of a logit from no slope: −Σ(q − q̄)·y / (Σ(q − q̄)²·r(1 − r)), pulled towards a slope as if
    /// by rows whose squares add up to `strength`.
    func slope(rate: Double, towards prior: Double, strength: Double) -> Double {
        (-cross / Self.curvature(rate) + strength * prior) / max(squares + strength, 1e-9)
    }

    /// The same step, not pulled, and how much it can be trusted.
    /// - Parameter rate: everybody's, which stands in for ten rows of these.
    func slope(towards rate: Double) -> CellEstimate {
        let curvature = Self.curvature((bought + 10 * rate) / (count + 10))
        guard squares > 1e-9 else { return CellEstimate(value: 0, information: 0) }
        return CellEstimate(value: -cross / curvature / squares, information: curvature * squares)
    }

    /// The log-odds of a purchase.
    /// - Parameter rate: everybody's, which stands in for one row.
    func logOdds(towards rate: Double) -> CellEstimate {
        guard count > 0 else { return CellEstimate(value: 0, information: 0) }
        let own = (bought + rate) / (count + 1)
        return CellEstimate(value: Double(Self.logOdds(own)), information: count * Self.curvature(own))
    }

    static func logOdds(_ rate: Double) -> Float {
        let kept = min(max(rate, 1e-4), 1 - 1e-4)
        return Float(logarithm(kept / (1 - kept)))
    }

    private var squares: Double { priceSquares - prices * prices / max(1, count) }
    private var cross: Double { pricesBought - prices / max(1, count) * bought }
    private static func curvature(_ rate: Double) -> Double { max(rate * (1 - rate), 1e-3) }
}
