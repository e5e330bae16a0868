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

    init(_ table: ExposureTable, halves: [Int]) throws(LearningError) {
        let prices = table.logRelativePrices
        let levels = PriceLevels(fitting: prices)
        let shown = prices.map { levels.nearest(to: Double($0)) }
        self.levels = levels
        self.shown = shown
        if !table.propensities.isEmpty {
            source = .given
            known = []
            chances = Self.byLevel(table.propensities, shown, levels)
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

    /// The chance of a level at a row; nil when only that of the level shown is known.
    func chance(of level: Int, at row: Int) -> Double? { known.isEmpty ? nil : known[row * levels.count + level] }

    /// A file gives the chance of one price. A level of freely varying prices holds several, and the mean of 1/chance
    /// over the rows that were shown it says how many.
    private static func byLevel(_ chances: [Double], _ shown: [Int], _ levels: PriceLevels) -> [Double] {
        guard levels.areBins else { return chances }
        var members = [Double](repeating: 0, count: levels.count)
        for (chance, level) in zip(chances, shown) { members[level] += 1 / chance / Double(shown.count) }
        return zip(chances, shown).map { min(1, $0 * max(1, members[$1])) }
    }
}
