// The rows of a matrix as a model reads them: everything but the price is settled.

import Domain
import Glibc
import Models

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

    /// z: below the ceiling.
    func logOdds(_ row: Int, logPrice: Double) -> Double {
        model.logOdds(intercept: intercepts[row], slope: slopes[row], logRelativePrice: logPrice)
    }

    /// Mean negative log-likelihood of rows at the prices shown.
    func logLoss(_ matrix: TrainingMatrix) -> Double {
        Evaluation.logLoss(
            matrix.labels.indices.map { probability($0, logPrice: Double(matrix.logRelativePrices[$0])) },
            matrix.labels)
    }
}

// MARK: - Elasticities

extension Coefficients {
    /// Half the step, in log price, over which an elasticity is taken: about one percent to each side.
    static let elasticityStep = 0.01

    /// −Δ ln P / Δ ln p around a price; positive. At a bend it is between those of the two sides.
    func elasticity(_ row: Int, logPrice: Double, step: Double = elasticityStep) -> Double {
        // ln P is ln c − ln(1 + e^(−k·z)) / k, however small P is.
        let sharpness = model.law.sharpness
        func rarity(_ logPrice: Double) -> Double {
            CappedDemand.softplus(-sharpness * logOdds(row, logPrice: logPrice)) / sharpness
        }
        return max((rarity(logPrice + step) - rarity(logPrice - step)) / (2 * step), .leastNormalMagnitude)
    }

    /// −Δz / Δ ln p around a price; positive. At a bend it is between those of the two sides.
    func logOddsSlope(_ row: Int, logPrice: Double, step: Double = elasticityStep) -> Double {
        (logOdds(row, logPrice: logPrice - step) - logOdds(row, logPrice: logPrice + step)) / (2 * step)
    }

    /// Standard error of b if all rows shared one, in log-odds per unit of log price, from the curvature of the loss at
    /// the prices shown; their level is not known either. At most 1,000, which is of prices that hardly differ.
    /// - Parameter matrix: the same rows.
    func slopeError(_ matrix: TrainingMatrix) -> Double {
        let largest = 1e3
        let sharpness = model.law.sharpness
        var (weight, sum, squares) = (0.0, 0.0, 0.0)
        for row in 0..<matrix.count {
            let logPrice = Double(matrix.logRelativePrices[row])
            let probability = probability(row, logPrice: logPrice)
            let felt = 1 - CappedDemand.readiness(logOdds: logOdds(row, logPrice: logPrice), sharpness: sharpness)
            // The rest to 1 is never less than this, but may round to less.
            let rest = max(1 - probability, felt / max(1, sharpness), .leastNormalMagnitude)
            let curvature = probability * felt * felt / rest
            let shaped = model.shape(logPrice - Double(model.centre))
            weight += curvature
            sum += curvature * shaped
            squares += curvature * shaped * shaped
        }
        let information = squares - sum * sum / max(weight, .leastNormalMagnitude)
        return min(1 / max(information, .leastNormalMagnitude).squareRoot(), largest)
    }
}
