// Has a feature's distribution moved? The population stability index, Σ (p − q) ln(p / q), says how far, and a test
// says whether chance alone moves it so far: with few rows the index is large without any drift, with many rows small
// and real. The usual thresholds, 0.1 and 0.25, know nothing of rows.
//
// Without drift the index is about (1/n + 1/m) times a chi-square (Yurdakul, 2018), or a sum of several with weights
// when rows come in users; its first two moments are matched. Source: Rao and Scott (1984), the second-order correction.

import Domain
import Glibc

/// One feature of new rows against those of the reference.
public struct FeatureDrift: Equatable, Sendable {
    public let name: String
    /// The population stability index; 0 for equal shares.
    public let stabilityIndex: Double
    /// What the index stays below in all but this chance when nothing has drifted.
    public let noiseLimit: Double
    public let pValue: Double
    /// The bin whose share moved most, in the index, and its shares before and now.
    public let largestMove: (bin: String, before: Double, now: Double)

    public static func == (left: FeatureDrift, right: FeatureDrift) -> Bool {
        left.name == right.name && left.stabilityIndex == right.stabilityIndex && left.pValue == right.pValue
    }

    /// - Parameter chance: of a false alarm, for the limit.
    /// - Precondition: both have rows.
    /// - Complexity: groups × bins².
    init(_ bins: FeatureBins, reference: BinCounts, input: BinCounts, chance: Double) {
        let (before, now) = (reference.totals, input.totals)
        let (rowsBefore, rowsNow) = (before.reduce(0, +), now.reduce(0, +))
        let scale = 1 / rowsBefore + 1 / rowsNow
        // Half a row in each bin, so that an empty one has a logarithm.
        let parts = before.indices.map { bin in
            let old = (before[bin] + 0.5) / (rowsBefore + 0.5 * Double(bins.count))
            let new = (now[bin] + 0.5) / (rowsNow + 0.5 * Double(bins.count))
            return (new - old) * log(new / old)
        }
        let moved = parts.indices.max { parts[$0] < parts[$1] } ?? 0
        name = bins.name
        stabilityIndex = parts.reduce(0, +)
        largestMove = (bins.words(moved), before[moved] / rowsBefore, now[moved] / rowsNow)

        let pooled = before.indices.map { (before[$0] + now[$0]) / (rowsBefore + rowsNow) }
        let seen = pooled.indices.filter { pooled[$0] > 0 }
        let statistic = seen.reduce(0) { sum, bin in
            let difference = now[bin] / rowsNow - before[bin] / rowsBefore
            return sum + difference * difference / (pooled[bin] * scale)
        }
        let covariance = zip(reference.shareCovariance(), input.shareCovariance()).map { $0 + $1 }
        var (trace, squares) = (0.0, 0.0)
        for row in seen {
            trace += covariance[row * bins.count + row] / (pooled[row] * scale)
            for column in seen {
                let entry = covariance[row * bins.count + column] / scale
                squares += entry * entry / (pooled[row] * pooled[column])
            }
        }
        guard trace > 0 else {
            // Nothing varies within either: only the difference between them can.
            pValue = statistic > 0 ? 0 : 1
            noiseLimit = 0
            return
        }
        // Squares of an estimated covariance are too large by what the estimate itself varies.
        let groups = Double(UserGroups.count)
        squares = max(squares - trace * trace / groups, trace * trace / Double(seen.count))
        let freedom = max(1, trace * trace / squares)
        let unit = trace / freedom
        pValue = Tail.chiSquare(UserGroups.discounted(statistic / unit, freedom: freedom), freedom: freedom)
        noiseLimit = Tail.chiSquareQuantile(chance, freedom: freedom) * unit * scale
    }
}
