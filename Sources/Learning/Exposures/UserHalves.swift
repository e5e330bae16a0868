// Prices that a model has chosen are judged by people whom it has never seen: each half of the users by a model fitted
// to the other half.

import Domain

struct UserHalves: Sendable {
    private let table: ExposureTable
    private let logged: LoggedPrices
    /// Rows of each half.
    private let places: [[Int]]

    /// - Throws: when in one of the halves everybody buys, or nobody.
    init(_ table: ExposureTable, _ logged: LoggedPrices) throws(LearningError) {
        let halves = table.users.map(ExposureLearner.half)
        let places = [0, 1].map { half in halves.indices.filter { halves[$0] == half } }
        for half in places where Set(half.map { table.bought[$0] }).count < 2 {
            throw ExposureLearner.tooFewUsers(table)
        }
        self.table = table
        self.logged = logged
        self.places = places
    }

    /// One half as a law has it that is fitted to the other: at every price that was tested, and at one by lot.
    func judged(
        _ half: Int, by engine: any ResponseEngine, _ settings: ResponseSettings
    ) throws(LearningError) -> (rows: PolicyRows, predictions: [CrossFittedPrediction]) {
        let (judged, others) = (table.rows(at: places[half]), table.rows(at: places[1 - half]))
        let preparation = Preparation(fitting: others)
        let fit = try engine.fit(preparation.trainingMatrix(of: others), settings: settings)
        let coefficients = Coefficients(fit.model, preparation.matrix(of: judged))
        let rows = PolicyRows(judged, coefficients, logged.levels, chances: places[half].map { logged.chances[$0] })
        return (rows, predictions(half, coefficients))
    }

    private func predictions(_ half: Int, _ coefficients: Coefficients) -> [CrossFittedPrediction] {
        let step = (table.count + CrossFittedPrediction.most - 1) / CrossFittedPrediction.most
        let (low, high) = (logged.levels.logPrices[0], logged.levels.logPrices[logged.levels.count - 1])
        return stride(from: 0, to: places[half].count, by: max(1, step)).map { index in
            let row = places[half][index]
            var draws = Draws(seed: 0, "cross-fitted", UInt64(row))
            let logPrice = low + draws.fraction() * (high - low)
            return CrossFittedPrediction(
                row: row, logPrice: logPrice, logOdds: coefficients.logOdds(index, logPrice: logPrice),
                logOddsSlope: coefficients.logOddsSlope(index, logPrice: logPrice))
        }
    }
}
