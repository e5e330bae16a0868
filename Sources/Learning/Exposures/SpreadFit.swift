// Learns how far elasticities may be off, by a bootstrap: outcomes are drawn from a known model, the fit is repeated on
// them, and its error is there to be seen. The known model must vary as much between shoppers as the truth does, and in
// ways that are as hard to find: what is served is shrunk, and a surface finds another surface at once. So the known
// model is a forest without a surface under it, grown on until it overfits about as much as shrinkage takes away.
//
// A forest then learns the size of the error, by gamma deviance, because what scatters is its square. A factor found on
// held-out rows makes 90 % cover 90 %; it is raised by a tenth, because a bootstrap sees no law that is wrong (on six
// known-truth worlds it covered 82–92 % without, 85–96 % with). Half-sample ensembles were rejected: they know nothing
// of shrinkage, and cost twice as many fits.

import Domain
import Glibc
import Models

struct SpreadFit {
    let matrix: TrainingMatrix
    let heldOut: TrainingMatrix
    let levels: PriceLevels

    private static let rounds = 40
    private static let settings = ForestSettings(
        rounds: rounds, depth: 4, learningRate: 0.2, shrinkage: 5, leafWeight: 50)
    /// Of a squared error: what is smaller is no error but luck.
    private static let smallest: Float = 1e-4
    private static let raised = 1.1
    /// Half the step over which elasticities are compared.
    private static let step = 0.025

    /// How the known model is fitted: for twice as long as a forest alone takes, which without a surface to start on
    /// takes twice the rounds of one with. A network is held back by its prior instead.
    /// - Parameter served: what is served, fitted with `settings`.
    static func rough(_ settings: ResponseSettings, after served: ResponseFit) -> ResponseSettings {
        if let network = settings.network { return ResponseSettings(network.rough) }
        var rough = settings.lasting(min((served.model.surface == nil ? 2 : 4) * served.rounds, served.rounds + 250))
        rough.hasSurface = false
        return rough
    }

    /// - Parameters:
    ///   - rough: fitted with `rough(_:after:)`.
    ///   - refit: fits a model to rows and judges as the served one was fitted.
    /// - Returns: nil when the errors cannot be told.
    func learn(
        from rough: ResponseModel,
        refit: @Sendable (TrainingMatrix, TrainingMatrix) throws(LearningError) -> ResponseModel
    ) throws(LearningError) -> ElasticitySpread? {
        let refits = try ConcurrentFits.run(2) { [matrix, heldOut] (index) throws(LearningError) in
            var draws = Draws(seed: UInt64(index), "outcomes")
            return try refit(
                matrix.drawingLabels(from: rough, &draws), heldOut.drawingLabels(from: rough, &draws))
        }
        var draws = Draws(seed: 0, "prices")
        let truth = Coefficients(rough, matrix)
        let trained = errors(of: refits, from: truth, matrix, &draws)
        let forest = try grow(trained)
        let judged = errors(of: refits, from: Coefficients(rough, heldOut), heldOut, &draws)
        var sums = [Float](repeating: 0, count: heldOut.count)
        var span = sums.mutableSpan
        forest.forest.score(judged.rows.span, into: &span)
        var scaled: [Double] = []
        for row in sums.indices {
            let spread = exp(Double(forest.base + sums[row]) / 2)
            for error in judged.errors { scaled.append(abs(Double(error[row])) / spread) }
        }
        scaled.sort()
        guard !scaled.isEmpty else { return nil }
        let factor = Self.raised * scaled[Int(0.9 * Double(scaled.count - 1))] / ElasticitySpread.sides90
        guard factor.isFinite, factor > 0 else { return nil }
        return ElasticitySpread(
            forest: forest.forest, base: forest.base + Float(2 * log(factor)),
            slopeError: Float(truth.slopeError(matrix)))
    }

    private struct Errors {
        /// Features and ln(price / reference); (rows, width + 1).
        var rows: [Float]
        /// Of ln elasticity, for each refit; (rows,).
        var errors: [[Float]]
    }

    /// At one price a row, drawn from those that were shown.
    private func errors(
        of refits: [ResponseModel], from truth: Coefficients, _ matrix: TrainingMatrix, _ draws: inout Draws
    ) -> Errors {
        let fitted = refits.map { Coefficients($0, matrix) }
        let (low, high) = (levels.logPrices[0], levels.logPrices[levels.count - 1])
        var rows: [Float] = []
        rows.reserveCapacity(matrix.count * (matrix.width + 1))
        var errors = [[Float]](repeating: [], count: refits.count)
        for row in 0..<matrix.count {
            let price = low + draws.fraction() * (high - low)
            rows += matrix.features[(row * matrix.width)..<((row + 1) * matrix.width)]
            rows.append(Float(price))
            let expected = logSize(truth, row, price)
            for (index, coefficients) in fitted.enumerated() {
                errors[index].append(Float(logSize(coefficients, row, price) - expected))
            }
        }
        return Errors(rows: rows, errors: errors)
    }

    /// ln elasticity. Under a ceiling ln slope, which is the elasticity away from it: near it there may be next to none.
    private func logSize(_ coefficients: Coefficients, _ row: Int, _ price: Double) -> Double {
        guard coefficients.model.law == .logit else { return log(Double(coefficients.slopes[row])) }
        return log(coefficients.elasticity(row, logPrice: price, step: Self.step))
    }

    /// ln variance by gamma deviance: with f the logarithm, ∂ = 1 − e²·exp(−f), and e²·exp(−f) as the weight.
    private func grow(_ errors: Errors) throws(LearningError) -> (forest: FlatForest, base: Float) {
        let width = matrix.width + 1
        let squares = matrix.labels.indices.map { row in
            Self.smallest + errors.errors.reduce(0) { $0 + $1[row] * $1[row] } / Float(errors.errors.count)
        }
        let base = logf(squares.reduce(0, +) / Float(max(1, squares.count)))
        let rows = try BoosterRows(errors.rows, width: width, threads: 1)
        let member = try Member(rows, heldOut: nil, Self.settings, threads: 1)
        var side = BoostingSide(count: squares.count)
        for _ in 0..<Self.rounds {
            for row in squares.indices {
                let ratio = squares[row] * expf(-base - side.sums[row])
                side.gradients[row] = 1 - ratio
                side.hessians[row] = max(ratio, ResponseGradient.floor)
            }
            try side.grow(member)
        }
        let saved = try SavedForest(
            json: try member.booster.json(), rounds: Self.rounds, columns: Array(0..<width), featureCount: width,
            place: "spread")
        return (FlatForest(trees: saved.trees, featureCount: width), base + saved.constant)
    }
}

extension TrainingMatrix {
    /// The same rows and prices with outcomes drawn from a model.
    fileprivate func drawingLabels(from model: ResponseModel, _ draws: inout Draws) -> TrainingMatrix {
        let coefficients = Coefficients(model, self)
        var drawn = self
        for row in 0..<count {
            let probability = coefficients.probability(row, logPrice: Double(logRelativePrices[row]))
            drawn.labels[row] = draws.fraction() < probability ? 1 : 0
        }
        return drawn
    }
}
