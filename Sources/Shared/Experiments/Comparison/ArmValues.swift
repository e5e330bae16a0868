// One number a user, whatever the metric: the mean over users is the metric, and their spread is its uncertainty. A
// ratio of sums becomes such a mean by the delta method: each user counts as the ratio plus what they add beyond it.
// Sources: Deng, Knoblich and Lu (2018) for ratios; Deng, Xu, Kohavi and Walker (2013) for covariates of before.

import Domain
import Glibc

/// What is compared between arms.
public enum Metric: Hashable, Sendable {
    /// The sum over a user's rows, averaged over users.
    case perUser(column: Int)
    /// The sum of one column divided by the sum of another.
    case ratio(numerator: Int, denominator: Int)
    /// The sum of a column divided by the number of rows.
    case perRow(column: Int)
}

/// A metric in one arm.
struct ArmValues {
    /// One (users of the arm,).
    var values: [Double]

    init(values: [Double]) { self.values = values }

    /// - Returns: nil when a ratio has no denominator.
    init?(_ metric: Metric, _ totals: UserTotals, users: [Int]) {
        func ratio(_ numerators: [Double], _ denominators: [Double]) -> [Double]? {
            let count = Double(users.count)
            let denominator = users.reduce(0) { $0 + denominators[$1] } / count
            guard denominator > 0 else { return nil }
            let ratio = users.reduce(0) { $0 + numerators[$1] } / count / denominator
            return users.map { ratio + (numerators[$0] - ratio * denominators[$0]) / denominator }
        }
        let found: [Double]? =
            switch metric {
            case .perUser(let column): users.map { totals.sums[column][$0] }
            case .ratio(let numerator, let denominator): ratio(totals.sums[numerator], totals.sums[denominator])
            case .perRow(let column): ratio(totals.sums[column], totals.rows)
            }
        guard let found else { return nil }
        values = found
    }

    var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// Sums of squared and of cubed distances from the mean.
    var centralSums: (squares: Double, cubes: Double) {
        let mean = mean
        return values.reduce(into: (squares: 0.0, cubes: 0.0)) { sums, value in
            let square = (value - mean) * (value - mean)
            sums.squares += square
            sums.cubes += square * (value - mean)
        }
    }

    /// Takes out what a covariate of before explains, in both arms by the same slope. Chance alone makes arms differ in
    /// the covariate, so the difference stays unbiased.
    /// - Shape: covariates (users of the arm,) each, NaN where unknown: such a user counts as an average one.
    static func adjust(_ arms: inout (ArmValues, ArmValues), covariates: ([Double], [Double])) {
        let known = (covariates.0 + covariates.1).filter { !$0.isNaN }
        guard !known.isEmpty else { return }
        let centre = known.reduce(0, +) / Double(known.count)
        var (cross, squares) = (0.0, 0.0)
        for (arm, covariate) in [(arms.0, covariates.0), (arms.1, covariates.1)] {
            let pairs = zip(arm.values, covariate).filter { !$0.1.isNaN }
            let meanValue = pairs.reduce(0) { $0 + $1.0 } / Double(max(1, pairs.count))
            let meanCovariate = pairs.reduce(0) { $0 + $1.1 } / Double(max(1, pairs.count))
            for (value, before) in pairs {
                cross += (value - meanValue) * (before - meanCovariate)
                squares += (before - meanCovariate) * (before - meanCovariate)
            }
        }
        guard squares > 0 else { return }
        let slope = cross / squares
        func adjusted(_ arm: ArmValues, _ covariate: [Double]) -> ArmValues {
            var arm = arm
            for (user, before) in covariate.enumerated() where !before.isNaN {
                arm.values[user] -= slope * (before - centre)
            }
            return arm
        }
        arms = (adjusted(arms.0, covariates.0), adjusted(arms.1, covariates.1))
    }
}
