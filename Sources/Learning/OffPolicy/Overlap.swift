// Can this log answer for that policy? Only where the policy's prices were shown often enough, to shoppers of every kind.
// An estimate from anything less is a number without meaning, so none is given.

import Domain
import Glibc

/// What the log knows of the policy's prices.
public struct Overlap: Equatable, Sendable {
    /// Rows, in sum, that the weighted rows are worth: (Σw)² / Σw².
    public var effectiveSampleSize: Double
    /// Of the importance weights; 1 where every price of the policy had its chance.
    public var meanWeight: IntervalEstimate
    /// Of all weight that the heaviest row carries.
    public var heaviestShare: Double
    /// Of the rows: the policy asks for a price that was never shown.
    public var unsupportedShare: Double
    /// Of the rows: the policy's price had hardly a chance; 0 where only the chance of the price shown is known.
    public var improbableShare: Double

    static let fewestEffectiveRows = 100.0
    static let largestMissingShare = 0.01
    static let largestHeaviestShare = 0.05
    static let leastChance = 0.01

    /// Why no estimate is given; empty where one can be.
    public var objections: [String] {
        func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
        var objections: [String] = []
        if unsupportedShare > Self.largestMissingShare {
            objections.append("\(percent(unsupportedShare)) of the policy's prices were never shown, nor any near them")
        }
        if improbableShare > Self.largestMissingShare {
            objections.append(
                "for \(percent(improbableShare)) of the rows the policy's price had a chance below "
                    + percent(Self.leastChance))
        }
        if effectiveSampleSize < Self.fewestEffectiveRows {
            objections.append(
                "the log is worth \(Int(effectiveSampleSize)) rows of the policy; \(Int(Self.fewestEffectiveRows)) are needed"
            )
        } else if heaviestShare > Self.largestHeaviestShare {
            objections.append("one row carries \(percent(heaviestShare)) of all weight")
        }
        let astray = abs(meanWeight.value - 1)
        if unsupportedShare <= Self.largestMissingShare, astray > max(0.02, 4 * meanWeight.standardError) {
            objections.append(
                "the weights average \((meanWeight.value * 1_000).rounded() / 1_000) where 1 is due: some prices of the "
                    + "policy had no chance with some shoppers, or the propensities are wrong")
        }
        return objections
    }

    /// - Parameters:
    ///   - weights: above 0 for rows that were shown just the policy's price.
    ///   - asked: the policy's prices as ln(price / reference). Those within two percent count together: where none of them
    ///     was shown to a row that asks for it, they were never shown.
    init(_ weights: [Double], _ asked: [Double], _ clusters: RowClusters) {
        let alike = Dictionary(grouping: weights.indices) { Int((asked[$0] / (2 * TargetPrices.grain)).rounded()) }
        let unsupported = alike.values.filter { rows in !rows.contains { weights[$0] > 0 } }
        self.init(
            weights, clusters,
            unsupportedShare: Double(unsupported.reduce(0) { $0 + $1.count }) / Double(max(1, weights.count)),
            improbableShare: 0)
    }

    init(_ weights: [Double], _ target: TargetPrices, _ logged: LoggedPrices, _ clusters: RowClusters) {
        let rows = Double(max(1, weights.count))
        let improbable = target.lotteries.indices.count { row in
            guard let lottery = target.lotteries[row] else { return false }
            let levels = lottery.upperShare > 0 ? [lottery.lower, lottery.lower + 1] : [lottery.lower]
            return levels.contains { (logged.chance(of: $0, at: row) ?? 1) < Self.leastChance }
        }
        self.init(
            weights, clusters, unsupportedShare: Double(target.lotteries.count { $0 == nil }) / rows,
            improbableShare: Double(improbable) / rows)
    }

    private init(_ weights: [Double], _ clusters: RowClusters, unsupportedShare: Double, improbableShare: Double) {
        let total = weights.reduce(0, +)
        let squares = weights.reduce(0) { $0 + $1 * $1 }
        effectiveSampleSize = squares > 0 ? total * total / squares : 0
        meanWeight = IntervalEstimate(weights, clusters)
        heaviestShare = total > 0 ? (weights.max() ?? 0) / total : 1
        self.unsupportedShare = unsupportedShare
        self.improbableShare = improbableShare
    }
}
