// A feature as a data set would have it, in units and with a skew of its own. The laws of a world see its standardised
// value, and compute it from the rounded one: what is true is a function of what stands in the file.

import Domain
import Glibc

/// A numeric feature and the distribution it is drawn from.
public struct NumericColumn: Sendable {
    enum Distribution: Sendable {
        case uniform(ClosedRange<Double>)
        case normal(mean: Double, deviation: Double)
        /// exp of a normal around ln(median).
        case logNormal(median: Double, deviation: Double)
    }

    public let name: String
    let distribution: Distribution
    /// Digits after the decimal point, as a power of ten.
    private let scale: Double

    init(_ name: String, _ distribution: Distribution, decimals: Int) {
        self.name = name
        self.distribution = distribution
        scale = pow(10, Double(decimals))
    }

    /// A value in the column's own unit, rounded as it is written.
    func draw(_ draws: inout Draws) -> Double {
        let value =
            switch distribution {
            case .uniform(let range): range.lowerBound + (range.upperBound - range.lowerBound) * draws.fraction()
            case .normal(let mean, let deviation): mean + deviation * draws.normal()
            case .logNormal(let median, let deviation): median * exp(deviation * draws.normal())
            }
        // Never a negative zero, which would be written as one.
        return (value * scale).rounded() / scale + 0
    }

    /// The value with mean 0 and standard deviation 1, within ±4.
    func standardised(_ value: Double) -> Double {
        let deviations =
            switch distribution {
            case .uniform(let range):
                (value - (range.lowerBound + range.upperBound) / 2) * 12.0.squareRoot()
                    / (range.upperBound - range.lowerBound)
            case .normal(let mean, let deviation): (value - mean) / deviation
            // A zero of the rounding, or of a file, is just very small.
            case .logNormal(let median, let deviation): log(max(value, median * 1e-6) / median) / deviation
            }
        return min(max(deviations, -4), 4)
    }
}
