// What was shown, as levels of the relative price, and with what chance. A file may say the chances. When it does not,
// they are the levels' shares, unless a model can tell from a row which price it was shown: then prices were not drawn
// at random, and the model's chances are used instead.
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
    /// What the weights of one price average where the file's chances make no sense of the log; 1 is due.
    let implausibleWeight: Double?

    /// - Parameter doubting: uses the file's chances only where they can be right. Whoever does not is to judge the
    ///   weights that come of them.
    init(_ table: ExposureTable, halves: [Int], doubting: Bool = false) throws(LearningError) {
        let prices = table.logRelativePrices
        let levels = PriceLevels(fitting: prices)
        let shown = prices.map { levels.nearest(to: Double($0)) }
        self.levels = levels
        self.shown = shown
        var implausible: Double?
        if !table.propensities.isEmpty {
            let given = Self.byLevel(table.propensities, shown, levels)
            implausible = doubting ? Self.implausibleWeight(given, shown, levels, RowClusters(table.users)) : nil
            if implausible == nil {
                source = .given
                known = []
                chances = given
                implausibleWeight = nil
                return
            }
        }
        implausibleWeight = implausible
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

    /// A file gives the chance of one price. A level of freely varying prices holds several, and the mean of 1/chance
    /// over the rows that were shown it says how many.
    private static func byLevel(_ chances: [Double], _ shown: [Int], _ levels: PriceLevels) -> [Double] {
        guard levels.areBins else { return chances }
        var members = [Double](repeating: 0, count: levels.count)
        for (chance, level) in zip(chances, shown) { members[level] += 1 / chance / Double(shown.count) }
        return zip(chances, shown).map { min(1, $0 * max(1, members[$1])) }
    }
}
