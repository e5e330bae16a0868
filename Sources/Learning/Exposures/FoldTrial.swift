// One fold of a search: users to learn from and users to judge by, prepared once for all settings.

import Domain
import Models

struct FoldTrial: Sendable {
    private let matrix: TrainingMatrix
    private let judges: TrainingMatrix
    private let levels: PriceLevels
    /// What a model that is the same for all settings expects on average over the prices; (judges,).
    private let means: [Double]

    private static let nuisance: ResponseSettings = {
        var settings = DemandCandidate.straight.settings.ending(after: 60)
        settings.patience = 60
        return settings
    }()

    init(_ table: ExposureTable, fold: Int, of folds: Int, usersOneIn share: UInt64) throws(LearningError) {
        let draws = table.users.map(ExposureLearner.draw)
        // Bits that neither the held-out users nor the halves are drawn from.
        let places = draws.indices.filter { (draws[$0] >> 40) % share == 0 }
        let isJudge = { (row: Int) in Int((draws[row] >> 8) % UInt64(folds)) == fold }
        let trained = table.rows(at: places.filter { !isJudge($0) })
        let judging = table.rows(at: places.filter(isJudge))
        for side in [trained, judging] where !side.bought.contains(true) || !side.bought.contains(false) {
            throw LearningError(
                place: "\(table.file):user", value: "\(Set(table.users).count) users",
                remedy: "Give exposures of more users, or search with fewer folds.")
        }
        let preparation = Preparation(fitting: trained)
        matrix = preparation.trainingMatrix(of: trained)
        judges = preparation.matrix(of: judging)
        levels = PriceLevels(fitting: table.logRelativePrices)
        let model = Coefficients(try ResponseFit(matrix, settings: Self.nuisance).model, judges)
        means = judges.labels.indices.map { [levels] row in model.mean(row, levels) }
    }

    /// - Returns: the R-loss and the log-loss on the users not learned from.
    func judge(_ settings: SearchedSettings) throws(LearningError) -> (priceLoss: Double, logLoss: Double) {
        let fit = try ResponseFit(matrix, settings: settings.response, heldOut: judges)
        let coefficients = Coefficients(fit.model, judges)
        var loss = 0.0
        for row in 0..<judges.count {
            let level = levels.nearest(to: Double(judges.logRelativePrices[row]))
            let effect =
                coefficients.probability(row, logPrice: levels.logPrices[level]) - coefficients.mean(row, levels)
            let error = Double(judges.labels[row]) - means[row] - effect
            loss += error * error
        }
        return (loss / Double(max(1, judges.count)), fit.heldOutLogLoss ?? 0)
    }
}

extension Coefficients {
    /// The chance of a purchase, on average over the prices that might have been shown.
    fileprivate func mean(_ row: Int, _ levels: PriceLevels) -> Double {
        zip(levels.logPrices, levels.shares).reduce(0) { $0 + probability(row, logPrice: $1.0) * $1.1 }
    }
}
