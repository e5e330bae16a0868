// Pricing that learns while it sells. Prices are drawn from the model's posterior, chances are logged, what was bought
// is learned from each time that the data has doubled, and the range of prices opens as far as predictions hold.
//
// Refits on doubling: the cost of all of them together is twice that of the last, and between two of them the regret per
// decision falls by no more than a better model would have given. Exploration needs no schedule: the posterior narrows,
// and what is tried beside it gets rarer.

import Domain
import Glibc
import Models
import Pricing

/// A price that was drawn.
public struct DrawnPrice: Equatable, Sendable {
    /// Relative to the reference price.
    public var ratio: Double
    public var propensity: Double
    /// The price that the model thinks best, relative to the reference price; nil before there is a model.
    public var best: Double?
    /// What the model expects the decision to earn; nil before there is a model.
    public var expected: Double?
}

public struct SequentialPricing {
    public struct Settings: Sendable {
        /// Prices shown before there is a model, relative to the reference price, all equally likely.
        public var trial = [0.80, 0.85, 0.90, 0.95, 1.00, 1.05, 1.10]
        /// Decisions before the first model.
        public var trialDecisions = 20_000
        /// As far as prices may ever go.
        public var ratios = 0.7...1.4
        /// Rows that a fit learns from at most: those of the trial, and the latest.
        public var mostRows = 2_000_000
        public var seed: UInt64 = 1

        public init() {}

        /// Where prices follow the rows, what is missed of who buys is taken for what prices do. The trial's rows, in
        /// which nobody chose the price, keep the two apart, so they are never dropped.
        /// - Parameter count: of the rows so far.
        package func places(toLearnFrom count: Int) -> [Int] {
            let trial = 0..<min(trialDecisions, mostRows, count)
            let latest = max(trial.count, count - (mostRows - trial.count))..<count
            return Array(trial) + latest
        }
    }

    public let settings: Settings
    public private(set) var ladder: PriceLadder
    /// What was decided and bought so far.
    private var log: ExposureTable?
    private var expectations: [Double?] = []
    private var nextFit: Int
    fileprivate var served: Served?
    private var draws: Draws
    /// Data grows by so much between two fits.
    private static let growth = 1.5
    /// Standard errors.
    private static let sure = 2.0
    private var evidence: [PriceLadder.End: EndEvidence] = [:]

    fileprivate struct Served {
        var preparation: Preparation
        var candidate: DemandCandidate
        var model: ResponseModel
        var spread: ElasticitySpread?
        /// Rows that the spread was learned from: it narrows with more.
        var spreadRows: Int
        var fittedRows: Int
        var rounds: Int
    }

    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        ladder = PriceLadder(settings.ratios, open: (settings.trial.min() ?? 1)...(settings.trial.max() ?? 1))
        nextFit = settings.trialDecisions
        draws = Draws(seed: settings.seed, "sequential pricing")
    }

    public var law: DemandCandidate? { served?.candidate }

    // MARK: - Deciding

    /// Draws a price for each row.
    /// - Parameters:
    ///   - questions: rows without prices, all with the same features.
    ///   - marginalCosts: what decisions count as the cost of a unit, where stock makes it another: (rows,).
    public mutating func decide(_ questions: ExposureTable, marginalCosts: [Double]? = nil) -> [DrawnPrice] {
        guard let served else {
            return (0..<questions.count).map { _ in
                DrawnPrice(
                    ratio: settings.trial[draws.below(settings.trial.count)],
                    propensity: 1 / Double(settings.trial.count))
            }
        }
        let rows = served.preparation.rows(of: questions)
        let coefficients = Coefficients(served.model, rows: rows, count: questions.count)
        let width = served.model.featureCount
        return (0..<questions.count).map { row in
            let reference = questions.referencePrices[row]
            let curve = coefficients.curve(row, reference: reference)
            let lottery = PriceLottery(
                curve, logSlopeDeviation: served.deviation(of: rows[(row * width)..<((row + 1) * width)]),
                unitCost: (marginalCosts ?? questions.unitCosts)[row], objective: .profit, on: ladder,
                ticketsPerSlope: served.ticketsPerSlope)
            let rung = lottery.draw(&draws)
            let price = reference * exp(ladder.rungs[rung])
            return DrawnPrice(
                ratio: exp(ladder.rungs[rung]), propensity: lottery.chance(of: rung),
                best: exp(ladder.rungs[lottery.middle]),
                expected: curve.probability(at: price) * (price - questions.unitCosts[row]))
        }
    }

    /// Demand as the model in force has it, for planning; nil before there is one.
    public func curves(of questions: ExposureTable) -> [DemandCurve]? {
        guard let served else { return nil }
        let coefficients = Coefficients(
            served.model, rows: served.preparation.rows(of: questions), count: questions.count)
        return (0..<questions.count).map { coefficients.curve($0, reference: questions.referencePrices[$0]) }
    }

    /// Prices that may be shown now, relative to the reference price.
    public var openRatios: ClosedRange<Double> {
        exp(ladder.rungs[ladder.open.lowerBound])...exp(ladder.rungs[ladder.open.upperBound])
    }

    // MARK: - Learning

    /// Takes in what came of decisions; fits anew when the data has doubled.
    /// - Parameter outcomes: exposures, their propensities included.
    public mutating func observe(_ outcomes: ExposureTable, _ decided: [DrawnPrice]) throws(LearningError) {
        collectEvidence(outcomes, decided)
        if log == nil { log = outcomes } else { log?.append(outcomes) }
        guard let table = log, table.count >= nextFit else { return }
        nextFit = Int(Self.growth * Double(table.count))
        try fit(table)
    }

    private mutating func collectEvidence(_ outcomes: ExposureTable, _ decided: [DrawnPrice]) {
        guard served != nil else { return }
        let ends: [PriceLadder.End: ClosedRange<Double>] = [
            .low: -.infinity...(ladder.rungs[ladder.open.lowerBound] + PriceLadder.step),
            .high: (ladder.rungs[ladder.open.upperBound] - PriceLadder.step) ... .infinity,
        ]
        for (row, decision) in decided.enumerated() {
            guard let expected = decision.expected else { continue }
            let earned = outcomes.bought[row] ? outcomes.prices[row] - outcomes.unitCosts[row] : 0
            for (end, range) in ends where range.contains(logarithm(decision.ratio)) {
                evidence[end, default: EndEvidence()].add(predicted: expected, earned: earned)
            }
        }
        for end in PriceLadder.End.allCases {
            switch evidence[end]?.verdict ?? .unknown {
            case .unknown: continue
            case .asPredicted: ladder.widen(end)
            case .worse: ladder.narrow(end)
            }
            evidence[end] = nil
        }
    }

    private mutating func fit(_ table: ExposureTable) throws(LearningError) {
        let places = settings.places(toLearnFrom: table.count)
        let trained = table.rows(at: places.filter { !ExposureLearner.isHeldOut(table.users[$0]) })
        let judges = table.rows(at: places.filter { ExposureLearner.isHeldOut(table.users[$0]) })
        let preparation = Preparation(fitting: trained)
        let matrix = preparation.trainingMatrix(of: trained)
        let judged = preparation.matrix(of: judges)

        // Places begin with the trial's.
        let tried = judges.users.prefix(
            places.prefix(self.settings.trialDecisions).count { ExposureLearner.isHeldOut(table.users[$0]) })
        let trial = judged.rows(at: Array(tried.indices))
        let fits = try chooseLaw(matrix, judged, trial: trial, users: Array(tried))
        var spread = served?.spread
        var spreadRows = served?.spreadRows ?? 0
        let settings = fits.candidate.settings
        if spread == nil || served?.candidate != fits.candidate || spread?.width != matrix.width + 1 {
            let levels = PriceLevels(fitting: trained.logRelativePrices)
            let rough = try ResponseFit(matrix, settings: SpreadFit.rough(settings, after: fits.fit))
            spread = try SpreadFit(matrix: matrix, heldOut: judged, levels: levels).learn(from: rough.model) {
                (rows, judges) throws(LearningError) in try ResponseFit(rows, settings: settings, heldOut: judges).model
            }
            spreadRows = trained.count
        }
        served = Served(
            preparation: preparation, candidate: fits.candidate, model: fits.fit.model, spread: spread,
            spreadRows: spreadRows, fittedRows: trained.count, rounds: fits.fit.rounds)
    }

    /// All laws as long as fits are cheap, and the one in force from then on. Forests compete by held-out log-loss. Between
    /// the best of them and the network who knows better who buys has it, unless the other surely knows better what the
    /// price changed.
    /// - Parameters:
    ///   - trial: those of the judges at whose prices nobody chose.
    ///   - users: of the trial's rows.
    private func chooseLaw(
        _ matrix: TrainingMatrix, _ judges: TrainingMatrix, trial: TrainingMatrix, users: [String]
    ) throws(LearningError) -> (candidate: DemandCandidate, fit: ResponseFit) {
        let candidates =
            served.map { matrix.count > 400_000 ? [$0.candidate] : DemandCandidate.allCases }
            ?? DemandCandidate.allCases
        let fits = try ConcurrentFits.run(candidates.count) { (index) throws(LearningError) in
            (
                candidate: candidates[index],
                fit: try ResponseFit(matrix, settings: candidates[index].settings, heldOut: judges)
            )
        }
        let finalists = [false, true].compactMap { isNetwork in
            fits.filter { ($0.candidate.settings.network != nil) == isNetwork }
                .min { $0.fit.heldOutLogLoss ?? .infinity < $1.fit.heldOutLogLoss ?? .infinity }
        }
        let ranked = finalists.sorted { $0.fit.heldOutLogLoss ?? .infinity < $1.fit.heldOutLogLoss ?? .infinity }
        guard ranked.count > 1, trial.count > 0 else { return ranked[0] }
        let gain = PriceLoss.gain(of: ranked[1].fit.model, over: ranked[0].fit.model, on: trial, users: users)
        return ranked[gain.value > Self.sure * gain.standardError ? 1 : 0]
    }
}

extension SequentialPricing.Served {
    /// Where nothing else is known of the error of ln slope.
    private static let unknownDeviation = 0.5

    /// A posterior's draw is every shopper's own, and what one of them shows is learned for all who are like them: half
    /// of the deviation tries enough (share at the end .83 with all of it, see docs/evidence.md).
    private static let exploration = 0.5

    /// Of a price beside the best one something is lost each time; tried in a share of decisions that falls with the root
    /// of the rows, it is lost no faster than learning loses, too.
    fileprivate var ticketsPerSlope: Int {
        max(1, Int((Double(fittedRows) / Self.rowsOfOneTicket).squareRoot().rounded()))
    }

    private static let rowsOfOneTicket = 80_000.0

    /// Of the error of ln slope. Errors shrink about with the cube root of the rows.
    fileprivate func deviation(of row: ArraySlice<Float>) -> Double {
        guard let spread else { return Self.unknownDeviation }
        return Self.exploration * spread.deviation(row: row, logPrice: 0)
            * pow(Double(spreadRows) / Double(fittedRows), 1.0 / 3)
    }
}

extension Coefficients {
    /// In units of the currency.
    func curve(_ row: Int, reference: Double) -> DemandCurve {
        DemandCurve(
            intercept: Double(intercepts[row]), slope: Double(slopes[row]), reference: reference,
            centre: Double(model.centre), shape: model.shape, saturation: Double(saturations[row]),
            sharpness: model.law.sharpness)
    }
}
