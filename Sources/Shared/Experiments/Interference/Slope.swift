// A weighted line through points that come in clusters: how a control's outcome follows the share of treated around it.

import Domain
import Glibc

/// A slope and how well it is known.
public struct Slope: Equatable, Sendable {
    public let value: Double
    public let standardError: Double
    public var pValue: Double { Tail.normal(value / standardError) }

    static let fewestClusters = 30

    /// - Shape: each (points,); clusters from 0. `x` and `y` are centred in whatever stratum they came from.
    /// - Returns: nil with few clusters or without spread.
    /// - Source: Liang and Zeger (1986) for the standard error.
    init?(x: [Double], y: [Double], weights: [Double], clusters: [Int]) {
        let squares = x.indices.reduce(0) { $0 + weights[$1] * x[$1] * x[$1] }
        guard squares > 1e-9 else { return nil }
        let slope = x.indices.reduce(0) { $0 + weights[$1] * x[$1] * y[$1] } / squares
        var sums: [Int: Double] = [:]
        for place in x.indices {
            sums[clusters[place], default: 0] += weights[place] * x[place] * (y[place] - slope * x[place])
        }
        let count = Double(sums.count)
        guard sums.count >= Self.fewestClusters else { return nil }
        // In a fixed order, so that the same rows give the same bytes.
        let spread = sums.keys.sorted().reduce(0.0) { $0 + (sums[$1] ?? 0) * (sums[$1] ?? 0) } * count / (count - 1)
        guard spread > 0 else { return nil }
        value = slope
        standardError = spread.squareRoot() / squares
    }
}
