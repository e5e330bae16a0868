// The truth about one shopper before one item at one moment, as a function of the price. Everything but the price is
// settled by then. ln P is concave in x = ln(p/reference) under every law, which is why profit has one summit.

#if canImport(Glibc)
    import Glibc
#endif

/// Purchase probability as a function of the price.
public struct Demand: Equatable, Sendable {
    public var law: DemandLaw
    /// Log-odds of buying at the reference price.
    public var intercept: Double
    /// How fast demand falls with ln p; positive.
    public var slope: Double
    /// The most the item may cost, as ln(p/reference). Only `thresholds` looks at it.
    public var threshold: Double
    /// The chance of wanting the item at all, 0 to 1. Only `thresholds` looks at it.
    public var wanting: Double

    public init(law: DemandLaw, intercept: Double, slope: Double, threshold: Double, wanting: Double) {
        self.law = law
        self.intercept = intercept
        self.slope = slope
        self.threshold = threshold
        self.wanting = wanting
    }

    /// The probability that constant elasticity never exceeds.
    public static let ceiling = 0.95
    /// How much more a loss weighs than a gain of the same size.
    public static let lossAversion = 2.25
    /// How far a threshold wobbles: the standard deviation, in ln p, of a logistic distribution. A normal one has so thin
    /// a tail that elasticities above the threshold would be in the thousands.
    public static let edge = 0.012

    /// The chance of a purchase. Falls with x, or stays.
    /// - Parameter x: ln(p/reference).
    public func probability(atLogRatio x: Double) -> Double {
        switch law {
        case .logit: logistic(intercept - slope * x)
        case .linearLogit: logistic(intercept - slope * (exp(x) - 1))
        case .probit: normal((intercept - slope * x) / 1.7)
        case .logLinear: min(Self.ceiling, logistic(intercept) * exp(-slope * x))
        // 1 − e^−λ, with λ = ln(1 + e^a) at the reference price, where it is σ(a) like the logits.
        case .poisson: -expm1(-log1p(exp(intercept)) * exp(-slope * x))
        case .reference: logistic(intercept - slope * (x > 0 ? Self.lossAversion * x : x))
        case .thresholds: wanting * logistic((threshold - x) / Self.edge * Double.pi / 3.0.squareRoot())
        }
    }

    /// The size of the price elasticity, −d ln P / d ln p: a central difference over one percent to either side, as
    /// learned ones are taken. It matters where demand bends, and close to a threshold.
    /// - Returns: NaN where demand is so low that it rounds to nothing.
    public func elasticity(atLogRatio x: Double) -> Double {
        let step = 0.01
        return (log(probability(atLogRatio: x - step)) - log(probability(atLogRatio: x + step))) / (2 * step)
    }
}

/// σ.
func logistic(_ logOdds: Double) -> Double { 1 / (1 + exp(-logOdds)) }

/// Φ, the standard normal distribution function, exact far out in the lower tail, too.
private func normal(_ deviation: Double) -> Double { erfc(-deviation / 2.0.squareRoot()) / 2 }
