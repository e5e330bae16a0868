// One shopper's demand for one product as a function of price, with everything but the price settled.
// The coefficients come from forests that are evaluated once; from here on the price is a plain variable.

import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// Purchase probability `P(p) = saturation · (1 + e^(−k·z))^(−1/k)`, `z = intercept − slope · ψ(ln(p/reference) − centre)`;
/// with a sharpness k of 1 that is `saturation · σ(z)`.
public struct DemandCurve: Equatable, Sendable {
    public var intercept: Double
    /// Positive: a higher price never sells more.
    public var slope: Double
    /// The price the shopper is used to, in minor units; positive.
    public var reference: Double
    public var centre: Double
    /// ψ.
    public var shape: PriceShape
    /// The chance that the shopper wants the product at all, however cheap; above 0, at most 1.
    public var saturation: Double
    /// How sharply demand turns at the saturation; see `CappedDemand`.
    public var sharpness: Double
    /// Prices that may be chosen, relative to the reference: outside nothing was tested. nil: any.
    public var choices: ClosedRange<Double>?

    public init(
        intercept: Double, slope: Double, reference: Double, centre: Double, shape: PriceShape = .straight,
        saturation: Double = 1, sharpness: Double = 1, choices: ClosedRange<Double>? = nil
    ) {
        self.choices = choices
        self.sharpness = sharpness
        self.intercept = intercept
        self.slope = slope
        self.reference = reference
        self.centre = centre
        self.shape = shape
        self.saturation = saturation
    }

    /// - Parameter price: minor units, positive.
    public func probability(at price: Double) -> Double { saturation * acceptance(at: price) }

    /// d ln P / d ln p: percent of probability for one percent of price. Negative. At a knot, that of a higher price.
    public func elasticity(at price: Double) -> Double {
        -slope * shape.gradients[shape.piece(at: logPrice(price))] * (1 - readiness(at: price))
    }

    /// Of these prices, those that may be chosen; where none of them may, the one that comes nearest.
    func choices(within bounds: ClosedRange<Double>) -> ClosedRange<Double> {
        guard let choices else { return bounds }
        return (reference * choices.lowerBound...reference * choices.upperBound).clamped(to: bounds)
    }

    /// The chance that one who wants the product takes it at this price.
    func acceptance(at price: Double) -> Double {
        CappedDemand.acceptance(logOdds: logOdds(at: price), sharpness: sharpness)
    }

    /// See `CappedDemand.readiness`.
    func readiness(at price: Double) -> Double {
        CappedDemand.readiness(logOdds: logOdds(at: price), sharpness: sharpness)
    }

    /// z.
    private func logOdds(at price: Double) -> Double { intercept - slope * shape(logPrice(price)) }

    func logPrice(_ price: Double) -> Double { log(price / reference) - centre }

    /// False for coefficients that no price may rest on.
    public var isUsable: Bool {
        intercept.isFinite && slope.isFinite && slope > 0 && reference.isFinite && reference > 0 && centre.isFinite
            && saturation > 0 && saturation <= 1 && CappedDemand.sharpnesses.contains(sharpness)
    }
}
