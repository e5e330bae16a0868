// Prices for rows: the same curve and the same solver that a worker uses.

import Domain
import Glibc
import Models
import Pricing

/// What may be asked.
public struct PricingTerms: Equatable, Sendable {
    public var objective: PricingObjective
    /// Relative to the reference price.
    public var ratios: ClosedRange<Double>

    public init(objective: PricingObjective, ratios: ClosedRange<Double>) {
        self.objective = objective
        self.ratios = ratios
    }

    func bounds(reference: Double) -> ClosedRange<Double> {
        (reference * ratios.lowerBound)...(reference * ratios.upperBound)
    }

    /// A price as a shopper is asked for it.
    public func rounded(_ price: Double, reference: Double, in currency: Currency) -> Money {
        Money(rounding: price, within: bounds(reference: reference), in: currency)
    }
}

extension Money {
    /// To the nearest minor unit that lies within the bounds; where none does, to the nearest one; at least one.
    /// - Parameters: in units of the currency.
    public init(rounding price: Double, within bounds: ClosedRange<Double>, in currency: Currency) {
        var scale = 1.0
        for _ in 0..<currency.minorDigits { scale *= 10 }
        // A bound such as 0.8 · 12.34 may be a hair off the minor unit that is meant.
        let low = (bounds.lowerBound * scale - 1e-6).rounded(.up)
        let high = (bounds.upperBound * scale + 1e-6).rounded(.down)
        let nearest = (price * scale).rounded()
        let minor = low <= high ? min(max(nearest, low), high) : nearest
        self.init(minorUnits: max(1, Int64(minor)))
    }
}

/// The best price of one row.
public struct PricedRow: Equatable, Sendable {
    /// In units of the currency, not rounded.
    public var price: Double
    /// Of a purchase at that price.
    public var probability: Double
    /// Percent of probability lost for one percent of price, at that price. Positive.
    public var elasticity: Double
    /// That holds the elasticity in nine cases of ten; nil where the bundle cannot tell.
    public var interval: ClosedRange<Double>?
}

extension PricedRow {
    init(_ coefficients: Coefficients, _ row: Int, reference: Double, price: Double) {
        self.init(
            price: price, probability: coefficients.curve(row, reference: reference).probability(at: price),
            elasticity: coefficients.elasticity(row, logPrice: logarithm(price / reference)))
    }
}

struct ExposurePricing {
    let terms: PricingTerms
    let policy: PricePolicy

    /// - Parameters:
    ///   - row: its place in `coefficients`.
    func price(_ row: Int, _ coefficients: Coefficients, reference: Double, unitCost: Double) -> PricedRow {
        let curve = coefficients.curve(row, reference: reference)
        let bounds = terms.bounds(reference: reference)
        let price: Double
        switch policy {
        case .personal: price = OptimalPrice.solve(curve, terms.objective, unitCost: unitCost, within: bounds)
        case .uniform(let ratio):
            price = min(max(reference * ratio, bounds.lowerBound), bounds.upperBound)
        }
        return PricedRow(coefficients, row, reference: reference, price: price)
    }
}
