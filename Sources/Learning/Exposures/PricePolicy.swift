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
    /// personal − the single price that did best in these rows, row by row.
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
        let expected = levels.logPrices.indices.map { level in
            folds.reduce(0) { $0 + $1.predictedTotal(at: level) }
        }
        let clusters = RowClusters(folds.flatMap(\.users))
        let (ratio, best) = Self.forEverybody(expected, atLevels, clusters, levels)
        // Personal prices are judged at the levels that were shown; those between them can only be better.
        let personalProfits = profits { $0.bestLevel($1) }
        uniformRatio = ratio
        uniform = Estimate(mean: atLevels[best], clusters)
        personal = Estimate(mean: personalProfits, clusters)
        // Personal prices have to beat the one price that luck favours, too, if it is another.
        let means = atLevels.map { Estimate(mean: $0).value }
        let luckiest = means.indices.max { means[$0] < means[$1] } ?? best
        gain = Estimate(mean: zip(personalProfits, atLevels[luckiest]).map { $0 - $1 }, clusters)
    }

    /// Standard errors by which rows must contradict the models.
    private static let contradiction = 2.0

    /// The best price for all as the models have it, and the level next to it. Of estimates from rows, luck chooses the
    /// best; they count where they show another level to earn more.
    /// - Parameters:
    ///   - expected: by the models, in all; (levels,).
    ///   - estimated: doubly robust; (levels, rows).
    private static func forEverybody(
        _ expected: [Double], _ estimated: [[Double]], _ clusters: RowClusters, _ levels: PriceLevels
    ) -> (ratio: Double, level: Int) {
        let best = expected.indices.max { expected[$0] < expected[$1] } ?? 0
        let gains = estimated.map { level in
            Estimate(mean: zip(level, estimated[best]).map { $0 - $1 }, clusters)
        }
        let shown = gains.indices.filter { gains[$0].value > contradiction * gains[$0].standardError }
        if let better = shown.max(by: { gains[$0].value < gains[$1].value }) {
            return (exponential(levels.logPrices[better]), better)
        }
        let top = top(expected, at: best, levels.logPrices)
        return (exponential(top), levels.nearest(to: top))
    }

    /// Where the parabola through the best value and its neighbours is highest.
    private static func top(_ values: [Double], at best: Int, _ places: [Double]) -> Double {
        guard best > 0, best + 1 < values.count else { return places[best] }
        let (left, right) = (places[best] - places[best - 1], places[best + 1] - places[best])
        let (rise, fall) = ((values[best] - values[best - 1]) / left, (values[best + 1] - values[best]) / right)
        let curvature = (fall - rise) / (left + right)
        guard curvature < 0, curvature.isFinite else { return places[best] }
        let slope = (rise * right + fall * left) / (left + right)
        return min(max(places[best] - slope / (2 * curvature), places[best - 1]), places[best + 1])
    }
}
