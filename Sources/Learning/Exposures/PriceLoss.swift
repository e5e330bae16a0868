// How well models predict what a price changes, which is not how well they predict who buys: that is mostly a matter of
// the intercept.
// Source: the R-loss (Nie and Wager, 2021), with the chance of each price known from the test of prices.

import Models

/// Judges models by the same rows, which none of them has learned from.
package enum PriceLoss {
    /// - Returns: for each model the mean squared error of the effects that it predicts of the prices shown.
    static func of(
        _ models: [ResponseModel], on matrix: TrainingMatrix, levels: PriceLevels
    ) -> [Double] {
        squaredErrors(of: models, on: matrix, levels: levels).map { $0.reduce(0, +) / Double(max(1, matrix.count)) }
    }

    /// By how much one model's loss lies below another's.
    /// - Parameter users: of the rows; those of one rise and fall together.
    package static func gain(
        of first: ResponseModel, over second: ResponseModel, on matrix: TrainingMatrix, users: [String]
    ) -> Estimate {
        let errors = squaredErrors(
            of: [first, second], on: matrix, levels: PriceLevels(fitting: matrix.logRelativePrices))
        return Estimate(mean: zip(errors[0], errors[1]).map { $1 - $0 }, RowClusters(users))
    }

    /// - Returns: (models, rows).
    private static func squaredErrors(
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
