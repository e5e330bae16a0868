// Demand with a most. Below some price nearly everybody who wants a product takes it, and a lower price sells no more;
// above it the chance falls. Two numbers that all share say how: the ceiling c, and how sharply demand turns at it. A
// sharpness of 1 under a ceiling of 1 is the logit. Without end it is constant elasticity up to the ceiling.
//
// A logit has to fit its turn, where half of the shoppers buy, with the same slope as its tail. With the turn at the
// ceiling the tail is free to say what the elasticity is.
//
// The curve is anchored at c·σ(a): then a and b hardly move when c and k do, and one learning rate suits all four.
// Source: the Burr XII survival function (Burr, 1942) in ln p, as a link.

#if canImport(Glibc)
    import Glibc
#endif

/// P(buy | x) = c · (1 + e^v)^(−1/k) with v = ln(σ(a)^−k − 1) + k·b·x.
public struct CappedDemand: Equatable, Sendable {
    /// c: no price sells with a greater chance.
    public let ceiling: Double
    /// k: how sharply demand turns at the ceiling.
    public let sharpness: Double

    /// Sharpnesses that a float's derivatives can be trusted with.
    public static let sharpnesses: ClosedRange<Double> = 0.3...60

    public static let logit = CappedDemand(ceiling: 1, sharpness: 1)!

    /// - Returns: nil unless the ceiling is positive, as a float too, and at most 1, and the sharpness in `sharpnesses`.
    public init?(ceiling: Double, sharpness: Double) {
        guard ceiling >= Double(Float.leastNormalMagnitude), ceiling <= 1, Self.sharpnesses.contains(sharpness) else {
            return nil
        }
        self.ceiling = ceiling
        self.sharpness = sharpness
    }

    /// Demand of one row.
    /// - Parameters:
    ///   - intercept: a, finite: log-odds, under the ceiling, at x = 0.
    ///   - slope: b, positive: what the elasticity is where few buy.
    public func curve(intercept: Double, slope: Double) -> Curve {
        Curve(law: self, intercept: intercept, slope: slope)
    }

    /// Purchase probability as a function of x, the log of the relative price.
    public struct Curve: Equatable, Sendable {
        public let law: CappedDemand
        public let slope: Double
        /// −k·ln σ(a).
        public let depth: Double
        /// v at x = 0.
        let turn: Double

        /// Less is lost in 1 − e^−depth.
        private static let least = 1e-12

        fileprivate init(law: CappedDemand, intercept: Double, slope: Double) {
            self.law = law
            self.slope = slope
            depth = max(law.sharpness * CappedDemand.softplus(-intercept), Self.least)
            turn = depth + log(-expm1(-depth))
        }

        /// −v / k at x = 0: the log-odds below the ceiling are this − b·x, the form that prices are set by.
        public var logOdds: Double { -turn / law.sharpness }

        /// v: where it is 0, demand turns.
        public func position(at x: Double) -> Double { turn + law.sharpness * slope * x }

        /// ln P.
        public func logProbability(at x: Double) -> Double {
            log(law.ceiling) - CappedDemand.softplus(position(at: x)) / law.sharpness
        }

        /// Above 0, at most the ceiling; falls with x, or stays.
        public func probability(at x: Double) -> Double {
            law.ceiling * exp(-CappedDemand.softplus(position(at: x)) / law.sharpness)
        }

        /// −d ln P / dx: 0 far below the turn, the slope far above it.
        public func elasticity(at x: Double) -> Double { slope * CappedDemand.logistic(position(at: x)) }
    }

    /// P / c, from the log-odds below the ceiling: (1 + e^(−k·z))^(−1/k).
    public static func acceptance(logOdds: Double, sharpness: Double) -> Double {
        // The power would be the same number for k = 1, and take longer.
        guard sharpness != 1 else { return 1 / (1 + exp(-logOdds)) }
        return exp(-softplus(-sharpness * logOdds) / sharpness)
    }

    /// (P / c)^k: what it lacks of 1 is the share of the slope that is felt as elasticity.
    public static func readiness(logOdds: Double, sharpness: Double) -> Double {
        1 / (1 + exp(-sharpness * logOdds))
    }

    /// ln(1 + e^z), without overflow.
    public static func softplus(_ z: Double) -> Double { max(z, 0) + log1p(exp(-abs(z))) }

    /// σ, without overflow.
    public static func logistic(_ z: Double) -> Double {
        let small = exp(-abs(z))
        return z < 0 ? small / (1 + small) : 1 / (1 + small)
    }
}
