// The loss of the response model and its derivatives, row by row. Source: docs/pricing.md.
// With q = ln(p/ref) − centre, B = exp(base + f) and p̂ = σ(a − B·q), the negative log-likelihood has
//   ∂a = p̂ − y,  ∂f = −(p̂ − y)·B·q,  and positive second-order weights p̂(1 − p̂) and p̂(1 − p̂)·(B·q)².

import Glibc

/// Derivatives of one row's loss.
public struct ResponseGradient: Equatable, Sendable {
    /// Second-order weights are floored, because libxgboost divides by their sums.
    public static let floor: Float = 1e-6

    public var intercept: Float
    public var interceptWeight: Float
    public var logSlope: Float
    public var logSlopeWeight: Float

    /// - Parameters:
    ///   - intercept: a, log-odds at the centre price.
    ///   - logSlope: base + f, so that the slope is its exponential.
    ///   - price: q, centred.
    ///   - label: 1 bought, 0 not.
    @inline(__always)
    public init(intercept: Float, logSlope: Float, price: Float, label: Float) {
        let steepness = expf(logSlope) * price
        let probability = 1 / (1 + expf(steepness - intercept))
        let residual = probability - label
        let weight = probability * (1 - probability)
        self.intercept = residual
        interceptWeight = max(weight, Self.floor)
        self.logSlope = -residual * steepness
        logSlopeWeight = max(weight * steepness * steepness, Self.floor)
    }

    /// The row's negative log-likelihood.
    public static func loss(intercept: Double, logSlope: Double, price: Double, label: Double) -> Double {
        let logOdds = intercept - exp(logSlope) * price
        // log(1 + exp(z)) without overflow, z being the log-odds against the label.
        let against = label > 0.5 ? -logOdds : logOdds
        return max(against, 0) + log1p(exp(-abs(against)))
    }
}
