// What each offer brings whom: doubly robust scores, regressed on what is known of the user (Kennedy, Towards optimal
// doubly robust estimation of heterogeneous causal effects, 2020). One forest first learns what the offers have in
// common, as most of what tells persuadable users from others does not depend on the offer, and is seen best in all
// rows at once; each offer then corrects it.

import Domain
import Models

/// Uplift and expected cost of every offer.
struct UpliftForests: Equatable, Sendable {
    var common: RegressionForest
    /// (offers,).
    var uplifts: [RegressionForest]
    /// How much of the common part each offer has; (offers,).
    var shares: [Float]
    /// (offers,).
    var costs: [RegressionForest]

    private static func uplift(_ rounds: Int, rows: Int) -> ForestSettings {
        ForestSettings(
            rounds: rounds, depth: 2, learningRate: 0.08, shrinkage: 100, leafWeight: max(50, Double(rows) / 50))
    }
    private static let cost = ForestSettings(
        rounds: 60, depth: 3, learningRate: 0.1, shrinkage: 50, leafWeight: 100)

    init(_ rows: OfferRows, _ scores: OfferScores) throws(LearningError) {
        func forest(_ targets: [Double], _ settings: ForestSettings) throws(LearningError) -> RegressionForest {
            try RegressionForest(
                rows.features, width: rows.width, targets: targets, settings, place: "uplift")
        }
        let count = Double(scores.uplifts.count)
        common = try forest(
            (0..<rows.count).map { row in scores.uplifts.reduce(0) { $0 + $1[row] } / count },
            Self.uplift(60, rows: rows.count))
        let shared = common.values(rows.features, count: rows.count)
        var uplifts: [RegressionForest] = []
        var costs: [RegressionForest] = []
        var shares: [Float] = []
        for (scored, cost) in zip(scores.uplifts, scores.costs) {
            let share = min(max(Self.slope(of: scored, on: shared), 0), 3)
            shares.append(Float(share))
            uplifts.append(try forest(zip(scored, shared).map { $0 - share * $1 }, Self.uplift(40, rows: rows.count)))
            costs.append(try forest(cost, Self.cost))
        }
        self.uplifts = uplifts
        self.costs = costs
        self.shares = shares
    }

    init(common: RegressionForest, uplifts: [RegressionForest], shares: [Float], costs: [RegressionForest]) {
        self.common = common
        self.uplifts = uplifts
        self.shares = shares
        self.costs = costs
    }

    /// - Shape: `features` (count, width) → uplifts and costs (offers) of (count,). Costs are 0 or more.
    func predictions(_ features: [Float], count: Int) -> (uplifts: [[Double]], costs: [[Double]]) {
        let shared = common.values(features, count: count)
        return (
            zip(uplifts, shares).map { forest, share in
                zip(forest.values(features, count: count), shared).map { $0 + Double(share) * $1 }
            },
            costs.map { $0.values(features, count: count).map { max(0, $0) } }
        )
    }

    /// Of a least-squares line; 0 where there is nothing to see.
    static func slope(of values: [Double], on other: [Double]) -> Double {
        let means = (Estimate(mean: values).value, Estimate(mean: other).value)
        var (cross, squares) = (0.0, 0.0)
        for (value, along) in zip(values, other) {
            cross += (value - means.0) * (along - means.1)
            squares += (along - means.1) * (along - means.1)
        }
        return squares > 0 ? cross / squares : 0
    }
}

/// How far predictions are believed: value = mean + slope · (predicted − its mean), by the scores of users that the
/// forests have not seen. Forests exaggerate; without this, a budget runs after the luckiest leaves. This is the best
/// linear predictor of Chernozhukov, Demirer, Duflo and Fernández-Val (2018).
struct Calibration: Equatable, Sendable {
    var mean: Double
    var predictedMean: Double
    var slope: Double

    init(mean: Double, predictedMean: Double, slope: Double) {
        self.mean = mean
        self.predictedMean = predictedMean
        self.slope = slope
    }

    init(scores: [Double], predicted: [Double]) {
        mean = Estimate(mean: scores).value
        predictedMean = Estimate(mean: predicted).value
        slope = min(max(UpliftForests.slope(of: scores, on: predicted), 0), 1)
    }

    func callAsFunction(_ predicted: Double) -> Double { mean + slope * (predicted - predictedMean) }
}
