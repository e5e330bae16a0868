// Means over rows that come in clusters: a shopper's rows rise and fall together, so a standard error that counts rows
// promises too much. Residuals are summed by cluster first.
// Source: Liang and Zeger (1986); degrees of freedom after Satterthwaite, from the sums' own kurtosis, because a few
// heavily weighted clusters can carry most of the variance.

import Domain
import Glibc

/// Which rows belong together: one number a row, from 0.
struct RowClusters {
    let places: [Int]
    let count: Int

    init(_ names: [String]) {
        var numbers: [String: Int] = [:]
        places = names.map { name in
            let next = numbers.count
            if let known = numbers[name] { return known }
            numbers[name] = next
            return next
        }
        count = numbers.count
    }
}

/// A mean, its standard error and an interval that holds the truth in 19 cases of 20.
public struct IntervalEstimate: Equatable, Sendable {
    public var value: Double
    public var standardError: Double
    public var interval: ClosedRange<Double>

    /// The mean of `values`, or of `values` weighted by `weights`.
    /// - Shape: both (rows,).
    init(_ values: [Double], weights: [Double]? = nil, _ clusters: RowClusters) {
        let total = weights?.reduce(0, +) ?? Double(values.count)
        let mean =
            total > 0
            ? values.indices.reduce(0) { $0 + values[$1] * (weights?[$1] ?? 1) } / total
            : 0
        var sums = [Double](repeating: 0, count: clusters.count)
        for (row, cluster) in clusters.places.enumerated() {
            sums[cluster] += (values[row] - mean) * (weights?[row] ?? 1)
        }
        let squares = sums.reduce(0) { $0 + $1 * $1 }
        let fourths = sums.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        let correction = Double(clusters.count) / Double(max(1, clusters.count - 1))
        let error = total > 0 ? (squares * correction).squareRoot() / total : .infinity
        let freedom = fourths > 0 ? max(1, squares * squares / fourths - 1) : 1
        let reach = error * StudentT.twoSided95(freedom)
        value = mean
        standardError = error
        interval = reach.isFinite ? (mean - reach)...(mean + reach) : -.infinity ... .infinity
    }

    /// How much of the correction's variance is the model's: it learned from the other half of the same users, shrunk,
    /// and is surer than they alone. Measured, not derived: in 500 logs each of three kinds such intervals held the
    /// truth in 19 of 20 (docs/evidence.md); none of it held it in every second one, all of it in 199 of 200.
    private static let modelShare = 0.5

    /// A mean of a model's predictions, with what the rows leave open of the model.
    /// - Parameter correction: the mean by which the rows move it to the truth.
    func ofModel(corrected correction: IntervalEstimate) -> IntervalEstimate {
        var whole = self
        let variance =
            standardError * standardError + Self.modelShare * correction.standardError * correction.standardError
        whole.standardError = variance.squareRoot()
        // As many standard errors as the correction's, whose weights are uneven.
        let reach = whole.standardError * (correction.interval.upperBound - correction.value) / correction.standardError
        whole.interval = reach.isFinite ? (value - reach)...(value + reach) : -.infinity ... .infinity
        return whole
    }
}

enum StudentT {
    /// The value that a Student t exceeds, in size, in one case of twenty.
    /// - Source: the expansion in 1/degrees of Cornish and Fisher; within 0.3 % from 3 degrees on.
    static func twoSided95(_ degrees: Double) -> Double {
        if degrees < 3 { return degrees < 2 ? 12.706 : 4.303 }
        let z = 1.959_964
        let (z3, z5, z7) = (pow(z, 3), pow(z, 5), pow(z, 7))
        return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees * degrees * degrees)
    }
}
