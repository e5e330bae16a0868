// An amount of money by least squares: a line along every column, and a forest, grown by libxgboost and kept as
// Farthing's own trees, for what the line leaves.

import Domain
import Models

struct RegressionForest: Equatable, Sendable {
    /// At all zeros, before the trees.
    var base: Float
    /// For one unit of each column; (width,).
    var slopes: [Float]
    var forest: FlatForest

    /// - Shape: `features` (rows, width) row-major; `targets` (rows,).
    init(
        _ features: [Float], width: Int, targets: [Double], _ settings: ForestSettings, place: String
    ) throws(LearningError) {
        let line = LinearSlopes.fit(features, width: width, targets: targets)
        self.init(
            base: Float(line.base), slopes: line.slopes, forest: FlatForest(trees: [], featureCount: width))
        let residuals = zip(targets, values(features, count: targets.count)).map { Float($0 - $1) }
        let rows = try BoosterRows(features, width: width, threads: 1)
        let member = try Member(rows, heldOut: nil, settings, threads: 1)
        var side = BoostingSide(count: targets.count)
        side.hessians = [Float](repeating: 1, count: targets.count)
        for _ in 0..<settings.rounds {
            for row in residuals.indices { side.gradients[row] = side.sums[row] - residuals[row] }
            try side.grow(member)
        }
        let saved = try SavedForest(
            json: try member.booster.json(), rounds: settings.rounds, columns: Array(0..<width), featureCount: width,
            place: place)
        forest = FlatForest(trees: saved.trees, featureCount: width)
        base += saved.constant
    }

    init(base: Float, slopes: [Float], forest: FlatForest) {
        self.base = base
        self.slopes = slopes
        self.forest = forest
    }

    /// - Shape: `features` (count, width) → (count,).
    func values(_ features: [Float], count: Int) -> [Double] {
        var sums = [Float](repeating: 0, count: count)
        var span = sums.mutableSpan
        forest.score(features.span, into: &span)
        return sums.indices.map { row in
            var line: Float = base
            for column in slopes.indices { line += slopes[column] * features[row * slopes.count + column] }
            return Double(line + sums[row])
        }
    }
}
