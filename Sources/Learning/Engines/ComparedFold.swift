// What models are compared on: rows to learn from, and rows of users whom no model has seen. Everybody gets the same
// prepared numbers; what a model makes of them is its own affair.

import Domain
import Models

/// Rows to learn from and rows to be judged by.
struct ComparedFold: Sendable {
    let learned: ExposureTable
    let matrix: TrainingMatrix
    /// One user in five of those learned from, for whatever a model has to settle: 1, else 0; (learned rows,).
    let tuning: [Float]
    /// Questions or exposures.
    let judged: ExposureTable
    /// (judged rows, width) row-major.
    let judgedRows: [Float]
    let levels: PriceLevels

    /// - Parameter judged: with the columns of `learned`, and with or without prices.
    init(learned: ExposureTable, judged: ExposureTable, levels: PriceLevels) throws(LearningError) {
        try ExposureChecks.refuseOneClass(learned)
        let preparation = Preparation(fitting: learned)
        self.learned = learned
        self.judged = judged
        self.levels = levels
        matrix = preparation.trainingMatrix(of: learned)
        judgedRows = preparation.rows(of: judged)
        tuning = learned.users.map { ExposureLearner.isHeldOut($0) ? 1 : 0 }
        for side in [false, true] {
            let bought = zip(learned.users, learned.bought).filter { ExposureLearner.isHeldOut($0.0) == side }.map(\.1)
            guard !bought.contains(true) || !bought.contains(false) else { continue }
            throw LearningError(
                place: "\(learned.file):user", value: "\(Set(learned.users).count) users to learn from",
                remedy: "Give exposures of more users: one in five settles what models have to settle.")
        }
    }

    /// ln(price / reference) at which each row is first asked for: the one shown, or 0 in questions; (judged rows,).
    private var shown: [Float] {
        judged.prices.isEmpty ? [Float](repeating: 0, count: judged.count) : judged.logRelativePrices
    }

    private struct Task: Encodable {
        var levels: [Double]
    }

    private struct Answer: Decodable {
        struct Model: Decodable {
            var name: String
            var seconds: Double
        }
        var models: [Model]
    }

    /// Everybody else's models.
    func predictions(
        _ engine: PythonEngine, progress: (Double) -> Void
    ) throws(LearningError) -> [FoldPredictions] {
        let folder = try WorkFolder()
        try folder.write(matrix, to: "learned")
        try folder.write(tuning, shape: [matrix.count], to: "learned_tuning.npy")
        try folder.write(judgedRows, shape: [judged.count, matrix.width], to: "judged_x.npy")
        try folder.write(shown, shape: [judged.count], to: "judged_price.npy")
        try folder.write(Task(levels: levels.logPrices), to: "task.json")
        try engine.run("compare", in: folder, progress: progress)
        var predictions: [FoldPredictions] = []
        for (place, model) in try folder.document(Answer.self, "answer.json").models.enumerated() {
            let numbers = try folder.numbers("answer_\(place).npy", shape: [judged.count, levels.count + 1])
            guard let wrong = numbers.first(where: { !(0...1).contains($0) }) else {
                predictions.append(
                    FoldPredictions(
                        model: model.name, seconds: model.seconds, width: levels.count + 1,
                        probabilities: numbers.map(Double.init)))
                continue
            }
            throw LearningError(
                place: "the Python engine, \(model.name)", value: "a probability of \(wrong)",
                remedy: "Check the versions of its packages against clients/python/pyproject.toml.")
        }
        return predictions
    }

    /// Farthing's: law and rounds are settled by the tuning rows, as the others settle theirs, and fitted to all.
    func ownPredictions(progress: @Sendable (Double) -> Void) throws(LearningError) -> FoldPredictions {
        let started = ContinuousClock.now
        let users = [0, 1].map { side in tuning.indices.filter { Int(tuning[$0]) == side } }
        let (kept, judges) = (matrix.rows(at: users[0]), matrix.rows(at: users[1]))
        let candidates = DemandCandidate.allCases
        let fits = try ConcurrentFits.run(candidates.count) { (index) throws(LearningError) in
            try ResponseFit(kept, settings: candidates[index].settings, heldOut: judges)
        }
        progress(0.5)
        let losses = PriceLoss.of(fits.map(\.model), on: judges, levels: levels)
        let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
        let fit = try ResponseFit(matrix, settings: candidates[best].settings.ending(after: fits[best].rounds))
        progress(1)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let coefficients = Coefficients(fit.model, rows: judgedRows, count: judged.count)
        let shown = self.shown
        return FoldPredictions(
            model: "Farthing", seconds: seconds, width: levels.count + 1,
            probabilities: (0..<judged.count).flatMap { row in
                ([Double(shown[row])] + levels.logPrices).map { coefficients.probability(row, logPrice: $0) }
            })
    }
}

/// What one model says about the judged rows of one fold.
struct FoldPredictions: Sendable {
    let model: String
    /// It took to fit, with whatever was settled before.
    let seconds: Double
    /// Levels and one.
    let width: Int
    /// Of a purchase at the price shown, then at each level; (judged rows, width) row-major.
    let probabilities: [Double]

    /// At the price that was shown; (judged rows,).
    var shown: [Double] { stride(from: 0, to: probabilities.count, by: width).map { probabilities[$0] } }

    /// The level at which each row is expected to earn most; of equals, the cheapest. (judged rows,)
    func bestLevels(_ table: ExposureTable, _ levels: PriceLevels) -> [Int] {
        (0..<table.count).map { row in
            var (best, most) = (0, -Double.infinity)
            for level in 0..<levels.count {
                let margin = table.referencePrices[row] * exponential(levels.logPrices[level]) - table.unitCosts[row]
                let profit = margin * probabilities[row * width + 1 + level]
                if profit > most { (best, most) = (level, profit) }
            }
            return best
        }
    }
}
