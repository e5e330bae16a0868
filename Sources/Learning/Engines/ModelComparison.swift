// The field's usual models and Farthing's, held to the same task: price shoppers whom they have not seen. Each half of
// the users is priced by models of the other half, and what the prices would have earned is estimated doubly robustly,
// with one nuisance model for all, so that no model marks its own work. The gate of `farthing learn fit` does the same
// for one model. Log-loss and AUC stand beside it because the field reads them; they are mostly a matter of who buys.
// Source: Dudík, Langford and Li (2011); cross-fitting after Chernozhukov et al. (2018).

import Domain
import Models

/// Judgements of several models on the same exposures.
public struct ModelComparison: Sendable {
    /// One model. Money is per exposure, in units of the currency.
    public struct Line: Equatable, Sendable {
        public var model: String
        /// Mean negative log-likelihood, nats.
        public var logLoss: Double
        public var auc: Double
        /// What its personal prices would have earned.
        public var profit: IntervalEstimate
        /// The same, minus what Farthing's would have.
        public var difference: IntervalEstimate
        /// The same, minus what the best single price would have.
        public var gain: IntervalEstimate
        /// For a fit to one half, the mean of both.
        public var fitSeconds: Double
    }

    public let rows: Int
    public let users: Int
    public let findings: ExposureFindings
    public let propensities: PropensitySource
    /// nil where the file says no propensities, or they are used.
    public let unused: UnusedPropensities?
    /// Farthing's first, then as the engine has them.
    public let lines: [Line]
    /// The best single price, chosen for each half by the other one.
    public let single: IntervalEstimate
    /// Prices of the questions, in units of the currency, not rounded, by model; empty without questions.
    public let prices: [(model: String, prices: [Double])]

    /// - Parameters:
    ///   - questions: path of rows to price by models of all exposures.
    ///   - progress: called with the share done, from any thread.
    public init(
        _ raw: ExposureTable, engine: PythonEngine, questions: String? = nil,
        progress: @Sendable (Double) -> Void = { _ in }
    ) throws(LearningError) {
        let (table, findings) = try ExposureChecks.clean(raw)
        let halves = table.users.map(ExposureLearner.half)
        let logged = try LoggedPrices(table, halves: halves)
        let levels = logged.levels
        let places = [0, 1].map { half in halves.indices.filter { halves[$0] == half } }
        let sides = places.map { table.rows(at: $0) }
        var folds: [ComparedFold] = []
        for half in [0, 1] {
            folds.append(try ComparedFold(learned: sides[1 - half], judged: sides[half], levels: levels))
        }
        if let questions {
            let kinds = Preparation(fitting: table).kinds
            let asked = try ExposureTable(path: questions, for: .questions, kinds: kinds)
            folds.append(try ComparedFold(learned: table, judged: asked, levels: levels))
        }

        var predictions: [[FoldPredictions]] = []
        let count = Double(folds.count)
        for (index, fold) in folds.enumerated() {
            let own = try fold.ownPredictions { progress((Double(index) + 0.3 * $0) / count) }
            let others = try fold.predictions(engine) { progress((Double(index) + 0.3 + 0.7 * $0) / count) }
            predictions.append([own] + others)
        }

        let nuisance = try ConcurrentFits.run(2) { [folds] (half) throws(LearningError) in
            let settings = DemandCandidate.straight.settings.ending(after: Self.nuisanceRounds)
            let fit = try ResponseFit(folds[half].matrix, settings: settings)
            return PolicyRows(
                sides[half], Coefficients(fit.model, rows: folds[half].judgedRows, count: sides[half].count), levels,
                chances: places[half].map { logged.chances[$0] })
        }
        let clusters = RowClusters(sides.flatMap(\.users))
        let single = Self.singlePrice(nuisance, levels)
        let earned = predictions[0].indices.map { model in
            [0, 1].flatMap { half in
                let levels = predictions[half][model].bestLevels(sides[half], levels)
                return nuisance[half].profits { levels[$0] }
            }
        }
        let labels = sides.flatMap { $0.bought.map { Float($0 ? 1 : 0) } }
        lines = predictions[0].indices.map { model in
            let shown = [0, 1].flatMap { predictions[$0][model].shown }
            return Line(
                model: predictions[0][model].model, logLoss: Evaluation.logLoss(shown, labels),
                auc: Evaluation.ranking(shown, labels).auc, profit: IntervalEstimate(earned[model], clusters),
                difference: IntervalEstimate(zip(earned[model], earned[0]).map(-), clusters),
                gain: IntervalEstimate(zip(earned[model], single).map(-), clusters),
                fitSeconds: (predictions[0][model].seconds + predictions[1][model].seconds) / 2)
        }
        self.single = IntervalEstimate(single, clusters)
        self.findings = findings
        propensities = logged.source
        unused = logged.unused
        rows = table.count
        users = clusters.count
        prices = predictions.dropFirst(2).flatMap { asked in
            asked.map { answer in
                let best = answer.bestLevels(folds[2].judged, levels)
                return (
                    answer.model,
                    best.indices.map { folds[2].judged.referencePrices[$0] * exponential(levels.logPrices[best[$0]]) }
                )
            }
        }
    }

    private static let nuisanceRounds = 100

    /// What the best single price would have earned: each half's is the other half's best; (rows,).
    private static func singlePrice(_ halves: [PolicyRows], _ levels: PriceLevels) -> [Double] {
        let best = halves.map { rows in
            let totals = (0..<levels.count).map { level in rows.profits { _ in level }.reduce(0, +) }
            return totals.indices.max { totals[$0] < totals[$1] } ?? 0
        }
        return halves[0].profits { _ in best[1] } + halves[1].profits { _ in best[0] }
    }
}
