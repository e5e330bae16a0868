// The loss of one row under capped demand and its derivatives. With Y = −k·ln σ(a), v = ln(e^Y − 1) + k·b·x, w = σ(v) and
// r = (P − y)/(1 − P), the loss −y·ln P − (1 − y)·ln(1 − P) has
//   ∂a = r·w·(1 − σ(a))/(1 − e^−Y),   ∂ln b = −r·w·b·x,   ∂logit c = r·(1 − c),
//   ∂ln k = r·(ln(1 + e^v) − w·(Y/(1 − e^−Y) + k·b·x))/k.

import Domain
import Glibc

package struct CappedGradient {
    /// ln P stays this far below 0.
    private static let margin = 1e-5

    package let loss: Double
    /// By a.
    package let intercept: Double
    /// By ln b.
    package let logSlope: Double
    /// By the log-odds of c.
    package let ceiling: Double
    /// By ln k.
    package let sharpness: Double

    /// - Parameters:
    ///   - price: x, the log of the relative price.
    ///   - label: 1 bought, 0 not.
    package init(_ law: CappedDemand, intercept: Double, logSlope: Double, price: Double, label: Double) {
        let curve = law.curve(intercept: intercept, slope: exp(logSlope))
        let position = curve.position(at: price)
        let share = CappedDemand.logistic(position)
        let turned = CappedDemand.softplus(position)
        let logProbability = min(log(law.ceiling) - turned / law.sharpness, -Self.margin)
        let refused = -expm1(logProbability)
        loss = label > 0.5 ? -logProbability : -log(refused)
        let surprise = (exp(logProbability) - label) / refused
        let below = -expm1(-curve.depth)
        let shift = law.sharpness * curve.slope * price
        self.intercept = surprise * share * CappedDemand.logistic(-intercept) / below
        self.logSlope = -surprise * share * curve.slope * price
        ceiling = surprise * (1 - law.ceiling)
        sharpness = surprise * (turned - share * (curve.depth / below + shift)) / law.sharpness
    }
}
