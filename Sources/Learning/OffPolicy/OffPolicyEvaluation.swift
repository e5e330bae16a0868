// What a policy would have earned, from a log of prices that another one chose. Four answers side by side:
//
// - importance sampling: rows that were shown the policy's price, as often as that price was rarely drawn; unbiased
//   when the chances are right, and noisy
// - the same, self-normalised: over the sum of the weights; steadier
// - direct: what a response model predicts; steady, and as wrong as the model, which the log can say in part
// - doubly robust: the model, corrected where the log can; the one to trust
//
// Source: Horvitz and Thompson (1952), Swaminathan and Joachims (2015), Dudík, Langford and Li (2011).

import Domain
import Glibc
import Models
import Pricing

/// Estimates per exposure, in units of the currency (or purchases).
public struct OffPolicyEvaluation: Equatable, Sendable {
    public var rows: Int
    public var users: Int
    public var propensities: PropensitySource
    /// nil where the file says no propensities, or they are used.
    public var unused: UnusedPropensities?
    public var overlap: Overlap
    /// What the log itself earned.
    public var logged: IntervalEstimate
    /// nil where the overlap is too poor; `overlap.objections` says why.
    public var estimates: Estimates?

    public struct Estimates: Equatable, Sendable {
        public var importance: IntervalEstimate
        public var selfNormalised: IntervalEstimate
        public var direct: IntervalEstimate
        public var doublyRobust: IntervalEstimate
        /// Doubly robust, minus what the log earned, row by row.
        public var gain: IntervalEstimate
    }

    /// - Parameters:
    ///   - prices: what the policy asks for each row, in units of the currency; (rows,).
    ///   - objective: what a row is worth.
    ///   - atLevels: judges the price that was shown nearest to each one asked; prices beyond all that were shown stay.
    public init(
        of prices: [Double], on table: ExposureTable, objective: PricingObjective, atLevels: Bool = false
    ) throws(LearningError) {
        precondition(prices.count == table.count, "one price a row")
        try ExposureChecks.refuseOneClass(table)
        let halves = table.users.map(ExposureLearner.half)
        let clusters = RowClusters(table.users)
        let exact = atLevels ? nil : PolicyEvidence(exactly: prices, table, clusters)
        let evidence =
            if let exact { exact } else {
                try PolicyEvidence(near: prices, table, clusters, halves: halves, atLevels: atLevels)
            }
        let worths = Worths(table, objective)
        let earned = (0..<table.count).map(worths.earned)

        rows = table.count
        users = clusters.count
        propensities = evidence.source
        unused = evidence.unused
        overlap = evidence.overlap
        logged = IntervalEstimate(earned, clusters)
        guard overlap.objections.isEmpty else { return }

        let predicted = try CrossFitted(table, halves: halves)
        var direct: [Double] = []
        var robust: [Double] = []
        for row in 0..<table.count {
            let expected = evidence.standIns(row).reduce(0.0) { sum, standIn in
                let price = table.referencePrices[row] * exp(standIn.logPrice)
                return sum + standIn.share * worths.sale(at: price, row)
                    * predicted.probability(row, logPrice: standIn.logPrice)
            }
            let shown = log(table.prices[row] / table.referencePrices[row])
            let error =
                earned[row] - worths.sale(at: table.prices[row], row) * predicted.probability(row, logPrice: shown)
            direct.append(expected)
            robust.append(expected + evidence.weights[row] * error)
        }
        let correction = IntervalEstimate(zip(robust, direct).map(-), clusters)
        estimates = Estimates(
            importance: IntervalEstimate(zip(evidence.weights, earned).map(*), clusters),
            selfNormalised: IntervalEstimate(earned, weights: evidence.weights, clusters),
            direct: IntervalEstimate(direct, clusters).ofModel(corrected: correction),
            doublyRobust: IntervalEstimate(robust, clusters),
            gain: IntervalEstimate(zip(robust, earned).map(-), clusters))
    }
}

/// What rows are worth under an objective.
private struct Worths {
    private let table: ExposureTable
    private let units: UnitsSold
    private let objective: PricingObjective

    init(_ table: ExposureTable, _ objective: PricingObjective) {
        self.table = table
        units = UnitsSold(table)
        self.objective = objective
    }

    /// What came of a row.
    func earned(_ row: Int) -> Double {
        table.bought[row] ? worth(of: units.bought(row), at: table.prices[row], row) : 0
    }

    /// Of a purchase, if there is one.
    func sale(at price: Double, _ row: Int) -> Double { worth(of: units.expected(row), at: price, row) }

    private func worth(of units: Double, at price: Double, _ row: Int) -> Double {
        switch objective {
        case .profit: units * (price - table.unitCosts[row])
        case .revenue: units * price
        case .conversion: 1
        }
    }
}

/// Purchase probabilities of every row, by a model of the other half of the users.
private struct CrossFitted {
    private var coefficients: [Coefficients] = []
    /// The row's half, and its place there.
    private var places: [(half: Int, place: Int)] = []

    private static let rounds = 100

    init(_ table: ExposureTable, halves: [Int]) throws(LearningError) {
        let rows = [0, 1].map { half in halves.indices.filter { halves[$0] == half } }
        coefficients = try ConcurrentFits.run(2) { (half) throws(LearningError) in
            let (judged, others) = (table.rows(at: rows[half]), table.rows(at: rows[1 - half]))
            try ExposureChecks.refuseOneClass(others)
            let preparation = Preparation(fitting: others)
            let settings = DemandCandidate.straight.settings.ending(after: Self.rounds)
            let fit = try ResponseFit(preparation.trainingMatrix(of: others), settings: settings)
            return Coefficients(fit.model, preparation.matrix(of: judged))
        }
        var counts = [0, 0]
        places = halves.map { half in
            counts[half] += 1
            return (half, counts[half] - 1)
        }
    }

    func probability(_ row: Int, logPrice: Double) -> Double {
        coefficients[places[row].half].probability(places[row].place, logPrice: logPrice)
    }
}
