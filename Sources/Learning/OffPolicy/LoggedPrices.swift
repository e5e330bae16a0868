// What was shown, as levels of the relative price, and with what chance. A file may say the chances of its prices. When it
// does not, or when prices vary freely, so that a level stands for many, they are the levels' shares, unless a model can
// tell from a row which price it was shown: then prices were not drawn at random, and the model's chances are used instead.
// Source: propensity scores (Rosenbaum and Rubin, 1983), cross-fitted.

import Domain
import Glibc

/// Where chances come from.
public enum PropensitySource: String, Sendable, Encodable {
    /// The file's `propensity` column.
    case given
    /// The share of each level: prices do not depend on the row.
    case shares
    /// A model of which row was shown which price.
    case learned
}

/// Why a file's propensities are not used.
public enum UnusedPropensities: Equatable, Sendable {
    /// They make no sense of the log: the rows of one price, weighted by them, count so often as rows, where 1 is due.
    case implausible(meanWeight: Double)
    /// They are chances of single prices, and prices vary freely: a level stands for many.
    case ofSinglePrices
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
    /// nil where the file says none, or they are used.
    let unused: UnusedPropensities?

    init(_ table: ExposureTable, halves: [Int]) throws(LearningError) {
        let (levels, shown) = Self.levels(table)
        self.levels = levels
        self.shown = shown
        unused = Self.unused(table, levels, shown)
        if !table.propensities.isEmpty, unused == nil {
            source = .given
            known = []
            chances = table.propensities
            return
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

    private static func levels(_ table: ExposureTable) -> (PriceLevels, shown: [Int]) {
        let prices = table.logRelativePrices
        let levels = PriceLevels(fitting: prices)
        return (levels, prices.map { levels.nearest(to: Double($0)) })
    }

    /// Whether a file says chances that are not those of levels.
    static func unusedPropensities(_ table: ExposureTable) -> UnusedPropensities? {
        let (levels, shown) = levels(table)
        return unused(table, levels, shown)
    }

    /// Had every price its chance with everybody, weights of 1 / chance over the rows that were shown it, and 0 over the
    /// others, would average 1.
    private static func unused(_ table: ExposureTable, _ levels: PriceLevels, _ shown: [Int]) -> UnusedPropensities? {
        let chances = table.propensities
        guard !chances.isEmpty else { return nil }
        guard !levels.areBins else { return .ofSinglePrices }
        let clusters = RowClusters(table.users)
        let means = levels.logPrices.indices.map { level in
            IntervalEstimate(shown.indices.map { shown[$0] == level ? 1 / chances[$0] : 0 }, clusters)
        }
        let astray = means.filter { abs($0.value - 1) > max(largestDeviation, 4 * $0.standardError) }
        return astray.map(\.value).max { abs($0 - 1) < abs($1 - 1) }.map { .implausible(meanWeight: $0) }
    }

    private static let largestDeviation = 0.05
}
