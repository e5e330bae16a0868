// Whoever expects μ units sees them give or take √μ. On the scale of ln(1 + units) that is a variance of μ / (1 + μ)² by
// the delta method: a third of a hundredth at three hundred units, six hundredths at fifteen. So one variance for all of
// an item's history is too small once demand has fallen and too large once it has risen.

import Glibc

/// The variance of a model's errors on the scale of ln(1 + units), by level: counting noise, and the rest, which is the
/// same at every level.
struct CountingNoise: Equatable, Sendable {
    private let rest: Double
    /// 1, or less where demand scatters less than counts do.
    private let share: Double

    /// Splits the variance of errors that were made at known levels, so that its mean over them stays what it is.
    /// - Parameter levels: ln(1 + units) as expected in the periods that the variance is of.
    init(variance: Double, levels: [Double]) {
        let counting = levels.isEmpty ? 0 : Robust.mean(levels.map(CountingNoise.variance))
        rest = max(0, variance - counting)
        share = counting > 0 ? min(1, variance / counting) : 0
    }

    /// The variance of an error at a level.
    func variance(at level: Double) -> Double { rest + share * CountingNoise.variance(level) }

    /// That of ln(1 + units) when units are counts around `expm1(level)`.
    private static func variance(_ level: Double) -> Double {
        let units = max(0, expm1(level))
        return units / ((1 + units) * (1 + units))
    }
}

extension Normal {
    /// The same forecast with the noise of its own level, in place of a mean over the levels that errors were made at.
    /// - Parameters:
    ///   - errors: the standard deviation of one-step errors, which `deviation` is grown from.
    ///   - levels: ln(1 + units) as expected when those errors were made.
    func withNoise(of errors: Double, madeAt levels: [Double]) -> Normal {
        guard errors > 0 else { return self }
        let noise = CountingNoise(variance: errors * errors, levels: levels)
        var own = self
        own.deviation *= noise.variance(at: mean).squareRoot() / errors
        return own
    }
}
