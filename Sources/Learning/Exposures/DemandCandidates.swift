// Which law of demand? Nobody knows beforehand, so a few are fitted and the rows held out decide: not by how well they
// predict who buys, which is mostly a matter of the intercept, but by how well they predict what the price changed.
// Source: the R-loss (Nie and Wager, 2021), with the chance of each price known from the test of prices.

import Domain
import Models

/// A law of demand that may be fitted.
public enum DemandCandidate: String, Sendable, CaseIterable {
    /// A logit in the log price.
    case straight
    /// A price above the reference price may weigh more, or less, than one below.
    case bent
    /// Some would not buy at any price; the others have something like a threshold.
    case saturated

    /// Whether intervals of elasticities can be trusted. Close to a threshold an elasticity may be anything, and a
    /// bootstrap does not see by how much the place of a threshold is off.
    var hasIntervals: Bool { self != .saturated }

    var settings: ResponseSettings {
        let intercept = ForestSettings(rounds: 400, depth: 6, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        let slope = ForestSettings(rounds: 400, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: intercept, slope: slope)
        settings.hasSurface = self != .saturated
        switch self {
        case .straight: break
        case .bent: settings.knots = [0]
        case .saturated:
            settings.knots = [0]
            settings.slope.learningRate = 0.1
            settings.saturation = ForestSettings(rounds: 400, depth: 4, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        }
        return settings
    }
}

/// A fitted candidate and how well it predicts what prices change.
public struct FittedCandidate: Sendable {
    public let candidate: DemandCandidate
    public let fit: ResponseFit
    /// Mean squared error of the predicted effect of the price, on held-out rows; comparable between candidates.
    public internal(set) var priceLoss: Double
}

enum CandidateChoice {
    /// Judges candidates by the same held-out rows.
    /// - Returns: one loss for each model.
    static func priceLosses(
        of models: [ResponseModel], on matrix: TrainingMatrix, levels: PriceLevels
    ) -> [Double] {
        // What a model says the price shown has changed, against the mean over the prices that might have been.
        var effects: [[Double]] = []
        var means = [Double](repeating: 0, count: matrix.count)
        for model in models {
            let coefficients = Coefficients(model, matrix)
            effects.append(
                matrix.labels.indices.map { row in
                    let atLevels = levels.logPrices.map { coefficients.probability(row, logPrice: $0) }
                    let mean = zip(atLevels, levels.shares).reduce(0) { $0 + $1.0 * $1.1 }
                    means[row] += mean / Double(models.count)
                    return atLevels[levels.nearest(to: Double(matrix.logRelativePrices[row]))] - mean
                })
        }
        return effects.map { effects in
            effects.indices.reduce(0.0) { sum, row in
                let error = Double(matrix.labels[row]) - means[row] - effects[row]
                return sum + error * error
            } / Double(max(1, matrix.count))
        }
    }
}

/// What a model says about every row of a matrix, before any price.
struct Coefficients {
    let model: ResponseModel
    let intercepts: [Float]
    let slopes: [Float]
    let saturations: [Float]

    init(_ model: ResponseModel, _ matrix: TrainingMatrix) {
        self.init(model, rows: matrix.features, count: matrix.count)
    }

    /// - Shape: `rows` (count, model.featureCount) row-major.
    init(_ model: ResponseModel, rows: [Float], count: Int) {
        var intercepts = [Float](repeating: 0, count: count)
        var slopes = intercepts
        var saturations = intercepts
        var interceptSpan = intercepts.mutableSpan
        var slopeSpan = slopes.mutableSpan
        model.score(rows.span, intercepts: &interceptSpan, slopes: &slopeSpan)
        var saturationSpan = saturations.mutableSpan
        model.score(rows.span, saturations: &saturationSpan)
        self.model = model
        self.intercepts = intercepts
        self.slopes = slopes
        self.saturations = saturations
    }

    func probability(_ row: Int, logPrice: Double) -> Double {
        model.probability(
            intercept: intercepts[row], slope: slopes[row], saturation: saturations[row], logRelativePrice: logPrice)
    }
}
