// How likely a purchase is, as a function of the price. Two forests give two numbers per row, intercept and
// slope, once; the price then enters in closed form, and the optimiser never calls a forest.
// Source: varying-coefficient models (Hastie and Tibshirani, 1993), docs/pricing.md.

import Domain
import Glibc

/// P(buy | price) = σ(a − b · (ln(price / reference) − centre)), with b > 0 for every row.
public struct ResponseModel: Equatable, Sendable {
    public let intercept: FlatForest
    public let logSlope: FlatForest
    /// Log-odds of a purchase before any tree speaks.
    public let interceptBase: Float
    /// Logarithm of the slope before any tree speaks.
    public let logSlopeBase: Float
    /// Mean of ln(price / reference) in training; centring keeps the two forests from fighting each other.
    public let centre: Float
    /// Slopes outside are moved to the nearer end. Both ends positive.
    public let slopes: ClosedRange<Float>

    /// - Precondition: both forests read rows of the same width.
    public init(
        intercept: FlatForest, logSlope: FlatForest, interceptBase: Float, logSlopeBase: Float, centre: Float,
        slopes: ClosedRange<Float>
    ) throws(ModelError) {
        precondition(intercept.featureCount == logSlope.featureCount, "two forests, one row")
        for (name, value) in [
            ("interceptBase", interceptBase), ("logSlopeBase", logSlopeBase), ("centre", centre),
            ("slopes.lowest", slopes.lowerBound), ("slopes.highest", slopes.upperBound),
        ] where !value.isFinite {
            throw ModelError(
                .notFinite, place: "response.\(name)", value: "\(value)",
                remedy: "Train again: every number must be finite.")
        }
        guard slopes.lowerBound > 0 else {
            throw ModelError(
                .malformed, place: "response.slopes", value: "\(slopes)",
                remedy: "A slope must be positive: nobody buys more because it costs more.")
        }
        self.intercept = intercept
        self.logSlope = logSlope
        self.interceptBase = interceptBase
        self.logSlopeBase = logSlopeBase
        self.centre = centre
        self.slopes = slopes
    }

    public var featureCount: Int { intercept.featureCount }

    /// Scores a batch of rows; allocates nothing.
    /// - Shape: `rows` (N, featureCount) row-major → `intercepts` (N,) in log-odds, `slopes` (N,) in log-odds per
    ///   unit of log price.
    /// - Precondition: both outputs have N elements, and `rows` at least N rows.
    public func score(
        _ rows: Span<Float>, intercepts: inout MutableSpan<Float>, slopes slopeOut: inout MutableSpan<Float>
    ) {
        precondition(intercepts.count == slopeOut.count, "one intercept and one slope per row")
        intercept.score(rows, into: &intercepts)
        logSlope.score(rows, into: &slopeOut)
        for index in intercepts.indices {
            intercepts[index] += interceptBase
            slopeOut[index] = min(max(expf(logSlopeBase + slopeOut[index]), slopes.lowerBound), slopes.upperBound)
        }
    }

    /// Intercept and slope of one row by the plain walk: for tests, explanations and golden predictions.
    public func referenceScore(_ row: [Float]) -> (intercept: Float, slope: Float) {
        let slope = expf(logSlopeBase + logSlope.referenceScore(row))
        return (intercept.referenceScore(row) + interceptBase, min(max(slope, slopes.lowerBound), slopes.upperBound))
    }

    /// The probability of a purchase.
    /// - Parameter logRelativePrice: ln(price / reference), not centred.
    public func probability(intercept: Float, slope: Float, logRelativePrice: Double) -> Double {
        1 / (1 + exp(Double(slope) * (logRelativePrice - Double(centre)) - Double(intercept)))
    }
}
