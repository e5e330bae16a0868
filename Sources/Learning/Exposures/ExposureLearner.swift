// `farthing learn fit`, without the command line: clean, prepare, fit every candidate, choose, judge, pack.

import Domain
import Models
import Pricing

/// Learns a response model and a price policy from exposures.
public struct ExposureLearner: Sendable {
    public struct Settings: Sendable {
        public var candidates = DemandCandidate.allCases
        /// One user in so many is held out: with all their rows, so that nobody is known from elsewhere.
        public var heldOutOneIn: UInt64 = 5
        /// Instead of a candidate's own.
        public var responses: [DemandCandidate: ResponseSettings] = [:]

        public init() {}

        func response(_ candidate: DemandCandidate) -> ResponseSettings { responses[candidate] ?? candidate.settings }
    }

    /// Figures of one run.
    public struct Report: Sendable {
        public var findings: ExposureFindings
        /// How the columns were prepared.
        public var columns: [ColumnFinding]
        public var crosses: [CrossFinding]
        /// Columns of numbers that principal components were computed from, and how many components.
        public var combined: (columns: [String], components: Int)
        public var history: HistoryFinding
        public var trainedRows: Int
        public var heldOutRows: Int
        public var featureNames: [String]
        public var candidates: [FittedCandidate]
        public var chosen: DemandCandidate
        public var comparison: PolicyComparison
        public var propensities: PropensitySource
        /// nil where the file says no propensities, or they are used.
        public var unused: UnusedPropensities?
        /// Of the chosen model, on the held-out rows.
        public var heldOut: ResponseScores
        /// Of the served model; nil of too few rows.
        public var slopeErrors: SlopeErrors?
        /// The chosen model as it was before it learned from the held-out rows, too.
        public var unserved: ExposureBundle
        let profiles: ProfileFit

        /// Feature columns by what they tell about; those of the moment are blank when the cluster prices.
        public var owners: [String: ColumnOwner] { profiles.owners }
        /// Shoppers and items that the cluster will know.
        public var known: (shoppers: Int, items: Int) {
            (profiles.rows.shoppers.keys.count, profiles.rows.items.keys.count)
        }
        /// Shoppers and items too many for a bundle, those seen longest ago.
        public var forgotten: Int { profiles.forgotten }
    }

    public let settings: Settings
    private let engine: any ResponseEngine

    public init(_ settings: Settings = Settings(), engine: any ResponseEngine = LocalEngine()) {
        self.settings = settings
        self.engine = engine
    }

    /// - Parameters:
    ///   - version: of the new bundle.
    ///   - progress: called on any thread, with the place of a candidate and the share of its fit that is done.
    public func learn(
        _ raw: ExposureTable, version: UInt64, progress: @Sendable (Int, Double) -> Void = { _, _ in }
    ) throws(LearningError) -> (bundle: ExposureBundle, report: Report) {
        var (table, findings) = try ExposureChecks.clean(raw)
        let ownNames = table.features.map(\.name)
        let (history, past) = UserHistory.learn(table)
        let hasPast = history.isWorthTrying(rows: table.count) && Set(ownNames).isDisjoint(with: UserHistory.names)
        if hasPast { table.features += past }
        var (trained, heldOut) = try split(table)
        for (name, reason) in try ColumnSelection.unused(trained, among: ownNames) {
            findings.droppedColumns[name] = reason
        }
        let pastFinding =
            hasPast ? try HistoryScreen.judge(UserHistory.names, trained: trained, heldOut: heldOut) : .untried
        let dropped = Set(findings.droppedColumns.keys).union(pastFinding.isKept ? [] : UserHistory.names)
        table.drop(dropped)
        trained.drop(dropped)
        heldOut.drop(dropped)
        let logged = try LoggedPrices(table, halves: table.users.map(Self.half))
        try refuseForetoldPrices(logged, table)
        let halves = try UserHalves(table, logged)
        let preparation = Preparation(fitting: trained)
        let matrix = preparation.trainingMatrix(of: trained)
        let judges = preparation.matrix(of: heldOut)
        let levels = PriceLevels(fitting: table.logRelativePrices)

        let candidates = settings.candidates
        // Laws come with those that take longest last; these begin first, so that no core waits for them at the end.
        var fitted = try ConcurrentFits.run(candidates.count) { (turn) throws(LearningError) in
            let index = candidates.count - 1 - turn
            let fit = try engine.fit(matrix, settings: settings.response(candidates[index]).hurried, heldOut: judges) {
                progress(index, $0)
            }
            return FittedCandidate(candidate: candidates[index], fit: fit, priceLoss: .infinity)
        }
        fitted.reverse()
        let losses = PriceLoss.of(fitted.map(\.fit.model), on: judges, levels: levels)
        for index in fitted.indices { fitted[index].priceLoss = losses[index] }
        guard let best = fitted.min(by: { $0.priceLoss < $1.priceLoss }) else {
            throw LearningError(place: "settings.candidates", value: "none", remedy: "Name at least one law of demand.")
        }

        let tested = exponential(levels.logPrices[0])...exponential(levels.logPrices[levels.count - 1])
        let scores = ResponseScores(Coefficients(best.fit.model, judges), judges)

        // What is served may learn from the rows that judged, too.
        var servedPreparation = Preparation(fitting: table)
        servedPreparation.history = pastFinding.isKept ? history : nil
        let lawSettings = settings.response(best.candidate)
        let everything = servedPreparation.trainingMatrix(of: table)
        let refits = try LawRefits(
            of: best, lawSettings, by: engine, everything: everything, trained: matrix, halves: halves)
        let comparison = PolicyComparison(refits.halves, logged.levels)
        let intervals = try intervals(
            of: refits, SpreadFit(matrix: matrix, heldOut: judges, levels: levels), lawSettings, everything)
        let slopeErrors = SlopeErrors(refits.predictions, against: refits.served.model, everything, items: table.items)
        let profiles = ProfileFit(servedPreparation, table)
        let bundle = ExposureBundle(
            version: version, preparation: servedPreparation, response: refits.served.model, intervals: intervals,
            policy: comparison.policy, testedRatios: tested, profiles: profiles.rows,
            information: ModelInformation(
                data: "exposures of \(table.file)", trainedWeeks: Self.weeks(of: table.times),
                rows: UInt64(table.count), featureNames: servedPreparation.featureNames,
                metrics: [.init(name: "log-loss", value: scores.logLoss), .init(name: "auc", value: scores.auc)]
                    + (slopeErrors?.metrics ?? [])))
        var unserved = bundle
        unserved.preparation = preparation
        unserved.preparation.history = servedPreparation.history
        unserved.response = best.fit.model
        let report = Report(
            findings: findings, columns: preparation.findings(of: trained),
            crosses: CrossChoice.fit(trained.features, prices: trained.logRelativePrices, bought: trained.bought)
                .findings,
            combined: (preparation.components?.inputs.map(\.name) ?? [], preparation.components?.count ?? 0),
            history: pastFinding, trainedRows: trained.count, heldOutRows: heldOut.count,
            featureNames: preparation.featureNames, candidates: fitted, chosen: best.candidate,
            comparison: comparison, propensities: logged.source, unused: logged.unused,
            heldOut: scores, slopeErrors: slopeErrors, unserved: unserved, profiles: profiles)
        return (bundle, report)
    }

    /// - Returns: nil where nothing can be said.
    private func intervals(
        of refits: LawRefits, _ bootstrap: SpreadFit, _ law: ResponseSettings, _ everything: TrainingMatrix
    ) throws(LearningError) -> ElasticityIntervals? {
        guard let rough = refits.rough else {
            return CeilingSpread(refits.predictions, against: refits.served.model, everything).map { .underCeiling($0) }
        }
        return try bootstrap.learn(from: rough.model) { (rows, judges) throws(LearningError) in
            try engine.fit(rows, settings: law.unserved, heldOut: judges).model
        }.map { .relative($0) }
    }

    private static func weeks(of times: [Timestamp]) -> ClosedRange<Int32> {
        let weeks = times.map(ShopCalendar.utc.week)
        return (weeks.min() ?? 0)...(weeks.max() ?? 0)
    }

    /// Chance that rows give their prices, at which nothing was left to chance.
    private static let foretold = 0.9

    /// Several columns together may have set the prices, where none does alone.
    private func refuseForetoldPrices(_ logged: LoggedPrices, _ table: ExposureTable) throws(LearningError) {
        guard logged.certainty > Self.foretold else { return }
        throw LearningError(
            place: "\(table.file):price",
            value:
                "prices that the other columns foretell (with a chance of \((logged.certainty * 100).rounded() / 100))",
            remedy: ExposureChecks.showSomeByLot)
    }

    static func tooFewUsers(_ table: ExposureTable) -> LearningError {
        LearningError(
            place: "\(table.file):user",
            value:
                "\(table.bought.count { $0 }) purchases in \(table.count) exposures of \(Set(table.users).count) users",
            remedy: """
                Give exposures of more users: some are held out to judge by, and there, too, some must buy and some not.
                """)
    }

    static func isHeldOut(_ user: String, oneIn count: UInt64 = 5) -> Bool { draw(user) % count == 0 }

    /// 0 or 1: the half that a user is in.
    static func half(_ user: String) -> Int { Int(draw(user) >> 32 % 2) }

    /// A number that depends on the user alone.
    static func draw(_ user: String) -> UInt64 {
        var state = FNV1a()
        state.update(Array(user.utf8)[...])
        return finalMix(state.value)
    }

    /// By user, so that no user is on both sides.
    private func split(
        _ table: ExposureTable
    ) throws(LearningError) -> (trained: ExposureTable, heldOut: ExposureTable) {
        var held: [Int] = []
        var trained: [Int] = []
        for row in 0..<table.count {
            if Self.isHeldOut(table.users[row], oneIn: settings.heldOutOneIn) {
                held.append(row)
            } else {
                trained.append(row)
            }
        }
        let sides = (table.rows(at: trained), table.rows(at: held))
        for side in [sides.0, sides.1] where !side.bought.contains(true) || !side.bought.contains(false) {
            throw Self.tooFewUsers(table)
        }
        return sides
    }
}

/// How well a model predicts purchases.
public struct ResponseScores: Equatable, Sendable {
    /// Mean negative log-likelihood, nats.
    public var logLoss: Double
    /// Area under the ROC curve.
    public var auc: Double
    /// Size of the elasticity at the price that was shown.
    public var elasticity: Quantiles

    init(_ coefficients: Coefficients, _ matrix: TrainingMatrix) {
        var probabilities: [Double] = []
        var elasticities: [Double] = []
        for row in 0..<matrix.count {
            let logPrice = Double(matrix.logRelativePrices[row])
            let probability = coefficients.probability(row, logPrice: logPrice)
            probabilities.append(probability)
            // At any reference price.
            elasticities.append(-coefficients.curve(row, reference: 1).elasticity(at: exponential(logPrice)))
        }
        logLoss = Evaluation.logLoss(probabilities, matrix.labels)
        auc = Evaluation.ranking(probabilities, matrix.labels).auc
        elasticity = Quantiles(elasticities)
    }
}
