// Which prices are served. Personal ones only when rows that the model has not seen show that they earn more than the
// best price for everybody; a policy that cannot be shown to beat it is not served.

import Domain

/// How a bundle prices.
public enum PricePolicy: Equatable, Sendable {
    case personal
    /// price = reference · ratio, for everybody.
    case uniform(ratio: Double)
}

/// What was compared, per exposure and in units of the currency.
public struct PolicyComparison: Equatable, Sendable {
    /// The best price for everybody, relative to the reference price.
    public var uniformRatio: Double
    public var uniform: Estimate
    public var personal: Estimate
    /// personal − uniform, row by row.
    public var gain: Estimate

    /// Standard errors that the gain must be above 0.
    static let demanded = 1.281_55

    public var policy: PricePolicy {
        gain.value > Self.demanded * gain.standardError ? .personal : .uniform(ratio: uniformRatio)
    }
}

extension PolicyComparison {
    /// - Parameter folds: rows, each with what a model predicts that was fitted to the others.
    init(_ folds: [PolicyRows], _ levels: PriceLevels) {
        func profits(_ policy: (PolicyRows, Int) -> Int) -> [Double] {
            folds.flatMap { fold in fold.profits { policy(fold, $0) } }
        }
        let atLevels = levels.logPrices.indices.map { level in profits { _, _ in level } }
        let totals = atLevels.map { Estimate(mean: $0).value }
        let best = totals.indices.max { totals[$0] < totals[$1] } ?? 0
        // Personal prices are judged at the levels that were shown; those between them can only be better.
        let personalProfits = profits { $0.bestLevel($1) }
        let clusters = RowClusters(folds.flatMap(\.users))
        uniformRatio = exponential(Self.vertex(totals, at: best, levels))
        uniform = Estimate(mean: atLevels[best], clusters)
        personal = Estimate(mean: personalProfits, clusters)
        gain = Estimate(mean: zip(personalProfits, atLevels[best]).map { $0 - $1 }, clusters)
    }

    /// The top of the parabola that comes nearest to all levels: steadier than the best of them, which luck chooses.
    private static func vertex(_ values: [Double], at best: Int, _ levels: PriceLevels) -> Double {
        let (first, last) = (levels.logPrices[0], levels.logPrices[levels.count - 1])
        guard values.count > 2 else { return levels.logPrices[best] }
        let middle = (first + last) / 2
        let reach = (last - first) / 2
        let x = levels.logPrices.map { ($0 - middle) / reach }
        // Orthogonal polynomials of degree 0 to 2 over the levels, weighted by how often each was shown.
        func mean(_ terms: [Double]) -> Double { zip(terms, levels.shares).reduce(0) { $0 + $1.0 * $1.1 } }
        let centre = mean(x)
        let linear = x.map { $0 - centre }
        let spread = mean(linear.map { $0 * $0 })
        let skew = mean(linear.map { $0 * $0 * $0 }) / spread
        let square = linear.map { $0 * $0 - skew * $0 - spread }
        let slope = mean(zip(linear, values).map(*)) / spread
        let curvature = mean(zip(square, values).map(*)) / mean(square.map { $0 * $0 })
        guard curvature < 0, curvature.isFinite else { return levels.logPrices[best] }
        let top = centre + skew / 2 - slope / (2 * curvature)
        return min(max(middle + reach * top, first), last)
    }
}
