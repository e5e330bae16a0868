// How far an elasticity may be off. The error is about as large in percent for a small elasticity as for a large one,
// so the interval is the estimate times and through a factor, and the factor depends on who, what and at which price.
// A factor of next to nothing is nothing, though: nobody's slope is known better than the slope of all together.

import Domain
import Glibc
import Models

/// The spread of the error of ln elasticity.
public struct ElasticitySpread: Equatable, Sendable {
    /// Reads a row and, as one more feature, ln(price / reference); gives the logarithm of the variance.
    let forest: FlatForest
    let base: Float
    /// Standard error of a slope that all rows share.
    let slopeError: Float

    /// Standard deviations to each side of 90 %.
    static let sides90 = 1.644_85

    /// What every fit gets wrong alike, their differences do not show: of 200,000 rows, intervals as they are held 85 to
    /// 94 %, widened 86 to 94 %.
    private static let widening = 1.04

    /// Values that it reads.
    var width: Int { forest.featureCount }

    /// Standard deviation of the error of ln elasticity.
    /// - Shape: `row` (width − 1,).
    func deviation(row: ArraySlice<Float>, logPrice: Double) -> Double {
        exp(Double(base + forest.referenceScore(Array(row) + [Float(logPrice)])) / 2)
    }

    /// The 90 % interval of an elasticity; nil where the numbers run out.
    /// - Parameter probability: of a purchase at this price: an elasticity is the slope times the rest to 1.
    /// - Shape: `row` (width − 1,).
    func interval(
        around elasticity: Double, probability: Double, row: ArraySlice<Float>, logPrice: Double
    ) -> ClosedRange<Double>? {
        let sides = Self.widening * Self.sides90
        let factor = exp(sides * deviation(row: row, logPrice: logPrice))
        let reach = sides * Double(slopeError) * (1 - probability)
        let low = max(0, min(elasticity / factor, elasticity - reach))
        let high = max(elasticity * factor, elasticity + reach)
        return low <= high ? low...high : nil
    }
}
