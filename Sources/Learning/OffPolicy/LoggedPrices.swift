// What was shown, as levels of the relative price, and with what chance. A file may say the chances of its prices. When it
// does not, or when prices vary freely, so that a level stands for many, they are the levels' shares, unless a model can
// tell from a row which price it was shown: then prices were not drawn at random, and the model's chances are used instead.
// Source: propensity scores (Rosenbaum and Rubin, 1983), cross-fitted.

import Domain
import Glibc

/// Where chances come from.
public enum PropensitySource: String, Sendable {
    /// The file's `propensity` column.
    case given
    /// The share of each level: prices do not depend on the row.
    case shares
    /// A model of which row was shown which price.
    case learned
}

struct LoggedPrices {
    let levels: PriceLevels
    /// The level that was shown; (rows,).
    let shown: [Int]
    /// The chance of that level; (rows,).
    let chances: [Double]
    /// Of every level, where it is known; (rows, levels).
    private let known: [Double]
    let source: PropensitySource
    /// What the weights of one price average where the file's chances, used for nothing then, make no sense of the log; 1
    /// is due.
    let implausibleWeight: Double?

    init(_ table: ExposureTable, halves: [Int]) throws(LearningError) {
        let prices = table.logRelativePrices
        let levels = PriceLevels(fitting: prices)
        let shown = prices.map { levels.nearest(to: Double($0)) }
        self.levels = levels
        self.shown = shown
        if !table.propensities.isEmpty, !levels.areBins {
            implausibleWeight = Self.implausibleWeight(table.propensities, shown, levels, RowClusters(table.users))
            if implausibleWeight == nil {
                source = .given
                known = []
                chances = table.propensities
                return
            }
        } else {
            implausibleWeight = nil
        }
        let learned = try PropensityModel.chances(table, levels: levels, shown: shown, halves: halves)
        if let learned {
            source = .learned
            known = learned
        } else {
            source = .shares
            known = shown.flatMap { _ in levels.shares }
        }
        chances = shown.indices.map { [known] row in known[row * levels.count + shown[row]] }
    }

    /// How surely rows foretell their prices, 0 to 1: the chance of the price shown, every level counting alike, as far as
    /// a model of the other half of the users knows. 0 where prices cannot be told from rows, or the file says the chances.
    var certainty: Double {
        guard source == .learned else { return 0 }
        var sums = [Double](repeating: 0, count: levels.count)
        var counts = sums
        for (level, chance) in zip(shown, chances) {
            sums[level] += chance
            counts[level] += 1
        }
        let means = levels.logPrices.indices.filter { counts[$0] > 0 }.map { sums[$0] / counts[$0] }
        return means.reduce(0, +) / Double(max(1, means.count))
    }

    /// The chance of a level at a row; nil when only that of the level shown is known.
    func chance(of level: Int, at row: Int) -> Double? { known.isEmpty ? nil : known[row * levels.count + level] }

    /// Had every price its chance with everybody, weights of 1 / chance over the rows that were shown it, and 0 over the
    /// others, would average 1.
    private static func implausibleWeight(
        _ chances: [Double], _ shown: [Int], _ levels: PriceLevels, _ clusters: RowClusters
    ) -> Double? {
        let means = levels.logPrices.indices.map { level in
            IntervalEstimate(shown.indices.map { shown[$0] == level ? 1 / chances[$0] : 0 }, clusters)
        }
        let astray = means.filter { abs($0.value - 1) > max(largestDeviation, 4 * $0.standardError) }
        return astray.map(\.value).max { abs($0 - 1) < abs($1 - 1) }
    }

    private static let largestDeviation = 0.05
}
