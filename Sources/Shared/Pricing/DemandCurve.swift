// One shopper's demand for one product as a function of price, with everything but the price settled.
// The coefficients come from forests that are evaluated once; from here on the price is a plain variable.

import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// Purchase probability `P(p) = σ(intercept − slope·(ln(p/reference) − centre))`.
public struct DemandCurve: Equatable, Sendable {
    public var intercept: Double
    /// Positive: a higher price never sells more.
    public var slope: Double
    /// The price the shopper is used to, in minor units; positive.
    public var reference: Double
    public var centre: Double

    public init(intercept: Double, slope: Double, reference: Double, centre: Double) {
        self.intercept = intercept
        self.slope = slope
        self.reference = reference
        self.centre = centre
    }

    /// - Parameter price: minor units, positive.
    public func probability(at price: Double) -> Double {
        1 / (1 + exp(slope * (log(price / reference) - centre) - intercept))
    }

    /// d ln P / d ln p: percent of probability for one percent of price. Negative.
    public func elasticity(at price: Double) -> Double {
        -slope * (1 - probability(at: price))
    }

    /// False for coefficients that no price may rest on.
    public var isUsable: Bool {
        intercept.isFinite && slope.isFinite && slope > 0 && reference.isFinite && reference > 0 && centre.isFinite
    }
}
