// How much rows of the same user repeat each other, at a cost that does not grow with the users: every user belongs, by
// a hash of the name, to one of a fixed number of groups, and sums of groups vary as much as sums of users do.
// Source: random groups (Wolter, Introduction to Variance Estimation, chapter 2). Rejected: a sum for each user, which
// is what a comparison of arms keeps, but live traffic has users without end.

import Domain

public enum UserGroups {
    public static let count = 128

    static func group(of user: String) -> Int {
        var hash = FNV1a()
        hash.update(utf8: user)
        return Int(finalMix(hash.value) % UInt64(count))
    }

    /// Covariance of the totals of several sums.
    /// - Shape: `sums` (groups, width) row-major → (width, width).
    static func totalCovariance(_ sums: [Double], width: Int) -> [Double] {
        var means = [Double](repeating: 0, count: width)
        for group in 0..<count { for index in 0..<width { means[index] += sums[group * width + index] } }
        for index in 0..<width { means[index] /= Double(count) }
        var covariance = [Double](repeating: 0, count: width * width)
        for group in 0..<count {
            for row in 0..<width {
                let left = sums[group * width + row] - means[row]
                for column in 0..<width {
                    covariance[row * width + column] += left * (sums[group * width + column] - means[column])
                }
            }
        }
        let correction = Double(count) / Double(count - 1)
        return covariance.map { $0 * correction }
    }

    /// Groups of the same size that a variance of such groups is worth. Fewer than there are, because users differ in
    /// their rows: with 250 users of twenty rows, counting all 128 gave 1.5 % of false alarms instead of 1 %.
    private static let effectiveCount = 40.0

    /// What a chi-square statistic is worth whose covariance was estimated from the groups: a little less.
    static func discounted(_ statistic: Double, freedom: Double) -> Double {
        statistic / (1 + statistic / (2 * effectiveCount * freedom))
    }
}

/// Rows in each bin, by group of users: all that is kept of a feature.
public struct BinCounts: Equatable, Sendable, Codable {
    /// (groups, bins) row-major.
    private(set) var counts: [Double]
    let bins: Int

    init(bins: Int) {
        self.bins = bins
        counts = [Double](repeating: 0, count: UserGroups.count * bins)
    }

    mutating func add(group: Int, bin: Int) { counts[group * bins + bin] += 1 }

    /// (bins,).
    var totals: [Double] {
        (0..<bins).map { bin in (0..<UserGroups.count).reduce(0) { $0 + counts[$1 * bins + bin] } }
    }

    /// Covariance of the bins' shares of all rows; (bins, bins).
    func shareCovariance() -> [Double] {
        let totals = totals
        let rows = totals.reduce(0, +)
        var residuals = counts
        for group in 0..<UserGroups.count {
            let size = (0..<bins).reduce(0) { $0 + counts[group * bins + $1] }
            for bin in 0..<bins { residuals[group * bins + bin] -= totals[bin] / rows * size }
        }
        return UserGroups.totalCovariance(residuals, width: bins).map { $0 / (rows * rows) }
    }
}
