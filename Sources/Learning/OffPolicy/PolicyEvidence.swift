// What a log has to say of a policy: how much each row counts, and which prices stand for the policy's own.
//
// Prices count by levels, and what the policy asks for is one of them or a lottery over two. Where a level stands for many
// prices, the file's chances are not the levels'; but rows that were shown just what the policy asks for can be counted by
// them: the public price of a shop whose prices vary freely is judged like that.

import Domain
import Glibc

struct PolicyEvidence {
    let source: PropensitySource
    /// `LoggedPrices.unused`.
    let unused: UnusedPropensities?
    /// (rows,)
    let weights: [Double]
    let overlap: Overlap
    /// The policy's prices as ln(price / reference); (rows,).
    private let asked: [Double]
    /// nil where the policy's own prices were shown.
    private let lotteries: (target: TargetPrices, levels: PriceLevels)?

    /// Prices further apart than this share of them are two.
    private static let grain = 1e-9

    /// Rows that were shown just what the policy asks for.
    /// - Returns: nil where the file says no chances, or those of levels, or some of the policy's prices had none.
    init?(exactly prices: [Double], _ table: ExposureTable, _ clusters: RowClusters) {
        guard LoggedPrices.unusedPropensities(table) != nil else { return nil }
        weights = prices.indices.map { row in
            abs(prices[row] - table.prices[row]) <= Self.grain * prices[row] ? 1 / table.propensities[row] : 0
        }
        asked = Self.relative(prices, table)
        overlap = Overlap(weights, asked, clusters)
        guard overlap.objections.isEmpty else { return nil }
        source = .given
        unused = nil
        lotteries = nil
    }

    /// Rows that were shown a price near to the policy's.
    init(
        near prices: [Double], _ table: ExposureTable, _ clusters: RowClusters, halves: [Int], atLevels: Bool
    ) throws(LearningError) {
        let logged = try LoggedPrices(table, halves: halves)
        let relative = Self.relative(prices, table)
        asked = atLevels ? relative.map(logged.levels.kept) : relative
        let target = TargetPrices(asked, logged.levels)
        weights = logged.shown.indices.map { row in
            (target.lotteries[row]?.share(of: logged.shown[row]) ?? 0) / logged.chances[row]
        }
        overlap = Overlap(weights, target, logged, clusters)
        source = logged.source
        unused = logged.unused
        lotteries = (target, logged.levels)
    }

    private static func relative(_ prices: [Double], _ table: ExposureTable) -> [Double] {
        prices.indices.map { log(prices[$0] / table.referencePrices[$0]) }
    }

    /// The prices, as ln(price / reference), that stand for the policy's at a row, and the share of each; adding up to 1, or
    /// none where nothing like it was shown.
    func standIns(_ row: Int) -> [(logPrice: Double, share: Double)] {
        guard let (target, levels) = lotteries else { return [(asked[row], 1)] }
        guard let lottery = target.lotteries[row] else { return [] }
        return [lottery.lower, lottery.lower + 1].compactMap { level in
            let share = lottery.share(of: level)
            return share > 0 ? (levels.logPrices[level], share) : nil
        }
    }
}
