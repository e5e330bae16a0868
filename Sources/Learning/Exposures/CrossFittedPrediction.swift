// What models of half of the shoppers say of the other half: how far that is from what a model of all says tells how
// far off the latter may be.

import Domain
import Models

/// What a model says of a shopper whom it was not fitted to, at a price that was drawn for the row.
package struct CrossFittedPrediction: Equatable, Sendable {
    /// Its place in the table.
    package var row: Int
    /// ln(price / reference).
    package var logPrice: Double
    /// z, below the ceiling.
    package var logOdds: Double
    /// −Δz / Δ ln p at this price; positive.
    package var logOddsSlope: Double

    /// More rows say the same.
    static let most = 40_000

    package init(row: Int, logPrice: Double, logOdds: Double, logOddsSlope: Double) {
        self.row = row
        self.logPrice = logPrice
        self.logOdds = logOdds
        self.logOddsSlope = logOddsSlope
    }

    var isUsable: Bool { logOdds.isFinite && logOddsSlope.isFinite && logOddsSlope > 0 }
}

extension SlopeErrors {
    /// - Parameters:
    ///   - predictions: of models of half of the shoppers.
    ///   - everything: all rows; `items`: of each.
    init?(
        _ predictions: [CrossFittedPrediction], against model: ResponseModel, _ everything: TrainingMatrix,
        items: [String]
    ) {
        let coefficients = Coefficients(model, everything.rows(at: predictions.map(\.row)))
        let logSlopes = predictions.indices.map { place in
            logarithm(coefficients.logOddsSlope(place, logPrice: predictions[place].logPrice))
        }
        var places: [String: Int] = [:]
        self.init(
            errors: zip(logSlopes, predictions).map { $0 - logarithm($1.logOddsSlope) },
            logSlopes: predictions.indices.map { logarithm(Double(coefficients.slopes[$0])) },
            items: predictions.map { prediction in
                let item = items[prediction.row]
                let place = places[item] ?? places.count
                places[item] = place
                return place
            })
    }
}
