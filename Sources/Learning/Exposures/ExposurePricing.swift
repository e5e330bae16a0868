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
        let bounds = (reference * terms.ratios.lowerBound)...(reference * terms.ratios.upperBound)
        let price: Double
        switch policy {
        case .personal: price = OptimalPrice.solve(curve, terms.objective, unitCost: unitCost, within: bounds)
        case .uniform(let ratio):
            price = min(max(reference * ratio, bounds.lowerBound), bounds.upperBound)
        }
        return PricedRow(coefficients, row, reference: reference, price: price)
    }
}
