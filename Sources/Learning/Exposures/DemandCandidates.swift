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
    /// Below some price of their own nearly all buy, and no more than that however low it is; see `CappedDemand`. Bent,
    /// too, and said by a network: of many rows it learns more than forests do, whatever the law.
    case capped

    /// Whether intervals of elasticities can be trusted. Close to a threshold, or to where a ceiling ends, an elasticity
    /// may be anything, and a bootstrap does not see by how much the place is off.
    var hasIntervals: Bool { self == .straight || self == .bent }

    package var settings: ResponseSettings {
        guard self != .capped else { return ResponseSettings(NetworkSettings()) }
        let intercept = ForestSettings(rounds: 400, depth: 6, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        let slope = ForestSettings(rounds: 400, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: intercept, slope: slope)
        settings.hasSurface = self != .saturated
        switch self {
        case .straight, .capped: break
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

package enum CandidateChoice {
    /// Standard errors by which a law without intervals has to be better than the best with them: what luck may have
    /// been is worth less than to know how far an elasticity may be off.
    private static let margin = 2.0

    /// The law to serve: that of the smallest price loss, intervals considered.
    /// - Shape: `errors` (candidates, rows), of `priceErrors`.
    /// - Returns: its place; nil without candidates.
    package static func best(of candidates: [DemandCandidate], _ errors: [[Double]]) -> Int? {
        func loss(_ place: Int) -> Double { mean(errors[place]) }
        let best = candidates.indices.min { loss($0) < loss($1) }
        let known = candidates.indices.filter { candidates[$0].hasIntervals }.min { loss($0) < loss($1) }
        guard let best, let known, best != known else { return best }
        let differences = zip(errors[known], errors[best]).map { $0 - $1 }
        let difference = mean(differences)
        let variance = mean(differences.map { ($0 - difference) * ($0 - difference) })
        return difference > margin * (variance / Double(max(1, differences.count))).squareRoot() ? best : known
    }

    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    /// Judges candidates by the same held-out rows.
    /// - Returns: one loss for each model.
    static func priceLosses(
        of models: [ResponseModel], on matrix: TrainingMatrix, levels: PriceLevels
    ) -> [Double] {
        priceErrors(of: models, on: matrix, levels: levels).map(mean)
    }

    /// The squared errors of the effects that models predict of the prices shown.
    /// - Shape: result (models, matrix.count).
    static func priceErrors(
        of models: [ResponseModel], on matrix: TrainingMatrix, levels: PriceLevels
    ) -> [[Double]] {
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
            effects.indices.map { row in
                let error = Double(matrix.labels[row]) - means[row] - effects[row]
                return error * error
            }
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

    /// Mean negative log-likelihood of rows at the prices shown.
    func logLoss(_ matrix: TrainingMatrix) -> Double {
        Evaluation.logLoss(
            matrix.labels.indices.map { probability($0, logPrice: Double(matrix.logRelativePrices[$0])) },
            matrix.labels)
    }
}
