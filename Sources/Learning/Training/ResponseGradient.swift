// The loss of the response model and its derivatives, row by row. Source: docs/pricing.md.
// With ψ the shaped price, B = exp(base + f), z = a − B·ψ, c = σ(u) and p̂ = c·σ(z), the negative log-likelihood has
//   ∂z = (p̂ − y)/(p̂(1 − p̂)) · c·σ(z)·(1 − σ(z)),   ∂u = (p̂ − y)/(p̂(1 − p̂)) · c·(1 − c)·σ(z),
//   ∂a = ∂z,   ∂f = −∂z·B·ψ,
// and as second-order weights the expected curvatures, (dp̂)²/(p̂(1 − p̂)), which are positive. Without a saturation c = 1
// and ∂z = p̂ − y.

import Glibc

/// Derivatives of one row's loss.
public struct ResponseGradient: Equatable, Sendable {
    /// Second-order weights are floored, because libxgboost divides by their sums.
    public static let floor: Float = 1e-6
    /// Slopes and log-odds are kept where their exponentials make sense.
    static let logSlopes: ClosedRange<Float> = -4...5
    /// p̂ keeps this far from 0 and 1.
    static let margin: Float = 1e-6

    public var intercept: Float
    public var interceptWeight: Float
    public var logSlope: Float
    public var logSlopeWeight: Float
    public var saturation: Float = 0
    public var saturationWeight: Float = 0
    /// B, the row's slope.
    public var slope: Float

    /// - Parameters:
    ///   - intercept: a, log-odds at the centre price.
    ///   - logSlope: base + f, so that the slope is its exponential.
    ///   - price: ψ, the shaped and centred log price.
    ///   - saturation: u, log-odds of wanting the product at all; nil: everybody does.
    ///   - label: 1 bought, 0 not.
    @inline(__always)
    public init(intercept: Float, logSlope: Float, saturation: Float? = nil, price: Float, label: Float) {
        slope = expf(min(max(logSlope, Self.logSlopes.lowerBound), Self.logSlopes.upperBound))
        let steepness = slope * price
        let acceptance = 1 / (1 + expf(steepness - intercept))
        let spread = acceptance * (1 - acceptance)
        var residual = acceptance - label
        var weight = spread
        if let saturation {
            let share = 1 / (1 + expf(-saturation))
            let probability = min(max(share * acceptance, Self.margin), 1 - Self.margin)
            let variance = probability * (1 - probability)
            let surprise = (probability - label) / variance
            residual = surprise * share * spread
            weight = share * spread * share * spread / variance
            let gain = share * (1 - share) * acceptance
            self.saturation = surprise * gain
            saturationWeight = max(gain * gain / variance, Self.floor)
        }
        self.intercept = residual
        interceptWeight = max(weight, Self.floor)
        self.logSlope = -residual * steepness
        logSlopeWeight = max(weight * steepness * steepness, Self.floor)
    }

    /// The row's negative log-likelihood.
    public static func loss(
        intercept: Double, logSlope: Double, saturation: Double? = nil, price: Double, label: Double
    ) -> Double {
        let logOdds = intercept - exp(logSlope) * price
        if let saturation {
            let probability = 1 / ((1 + exp(-saturation)) * (1 + exp(-logOdds)))
            let kept = min(max(probability, Double(margin)), 1 - Double(margin))
            return label > 0.5 ? -log(kept) : -log1p(-kept)
        }
        // log(1 + exp(z)) without overflow, z being the log-odds against the label.
        let against = label > 0.5 ? -logOdds : logOdds
        return max(against, 0) + log1p(exp(-abs(against)))
    }
}
