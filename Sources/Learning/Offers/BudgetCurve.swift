// What budgets would have earned, from offers that chance made: the value of the learned targeting at several budgets,
// beside making everybody the best single offer and making random offers, as far as the same money goes. The area
// between the curves is a Qini coefficient in money (Radcliffe 2007), here with several offers and true costs.

import Domain
import Promotions

/// Users who were judged by forests that have not seen them.
struct JudgedOffers: Sendable {
    /// Doubly robust scores.
    var scores: OfferScores
    /// What was predicted; (offers) of (rows,).
    var uplifts: [[Double]]
    var costs: [[Double]]
    /// A number for each user; (rows,).
    var users: [UInt64]

    var count: Int { users.count }
    var offers: Int { uplifts.count }

    /// What is left of the predicted uplift after the cost; (offers) of (rows,).
    var gains: [[Double]] { zip(uplifts, costs).map { zip($0, $1).map { $0 - $1 } } }
    /// The same of the scores.
    var gainScores: [[Double]] { zip(scores.uplifts, scores.costs).map { zip($0, $1).map { $0 - $1 } } }
}

/// One budget; all amounts are per row.
public struct BudgetPoint: Equatable, Sendable {
    public var budget: Double
    /// What the learned choice would really have cost.
    public var spent: Double
    public var learned: Estimate
    public var uniform: Estimate
    /// Place of the best single offer; nil: none pays.
    public var uniformOffer: Int?
    public var random: Estimate
    /// learned − uniform, row by row.
    public var gain: Estimate
}

/// The comparison at several budgets, up to the one at which more money buys nothing.
public struct BudgetCurve: Equatable, Sendable {
    public var points: [BudgetPoint]
    /// learned − uniform, mean over the budgets.
    public var gain: Estimate
    /// learned − random, mean over the budgets.
    public var gainOverRandom: Estimate

    /// Standard errors that the gain must be above 0.
    static let demanded = PolicyComparison.demanded
    private static let budgets = 6

    /// Whether choosing for each user can be shown to earn more than the best offer for all.
    public var isPersonal: Bool { gain.value > Self.demanded * gain.standardError }

    /// - Parameter halves: each judged by forests fitted to the other, and calibrated by the other.
    init(_ halves: [JudgedOffers]) throws(LearningError) {
        let offers = halves[0].offers
        let plans = try halves.map { half throws(LearningError) in try OfferPlanner(half.gains, half.costs) }
        let full = zip(halves, plans).reduce(0) { $0 + $1.1.fullCost } / Double(halves.reduce(0) { $0 + $1.count })
        let gainScores = halves.map(\.gainScores)
        let scored = (0..<offers).map { offer in gainScores.flatMap { $0[offer] } }
        let costs = (0..<offers).map { offer in
            max(Estimate(mean: halves.flatMap { $0.scores.costs[offer] }).value, 1e-9)
        }
        let users = halves.flatMap(\.users)
        let averages = scored.map { Estimate(mean: $0).value }
        let anyCost = costs.reduce(0, +) / Double(offers)

        var points: [BudgetPoint] = []
        var total = [Double](repeating: 0, count: users.count)
        var totalOverRandom = total
        for step in 1...Self.budgets {
            let budget = full * Double(step) / Double(Self.budgets)
            var learned: [Double] = []
            var spent = 0.0
            for (index, half) in halves.enumerated() {
                let choices = try plans[index].choose(budget: budget * Double(half.count)).choices
                for (row, choice) in choices.enumerated() {
                    learned.append(choice.map { gainScores[index][$0][row] } ?? 0)
                    spent += choice.map { half.scores.costs[$0][row] } ?? 0
                }
            }
            spent /= Double(max(1, users.count))
            // Where the learned choice costs more than it was to, the others may spend as much.
            let money = max(budget, spent)
            let shares = costs.map { min(1, money / $0) }
            let best = (0..<offers).filter { averages[$0] > 0 }.max {
                averages[$0] * shares[$0] < averages[$1] * shares[$1]
            }
            let uniform = users.indices.map { row in best.map { shares[$0] * scored[$0][row] } ?? 0 }
            let anyShare = min(1, money / anyCost) / Double(offers)
            let random = users.indices.map { row in anyShare * scored.reduce(0) { $0 + $1[row] } }
            let gain = zip(learned, uniform).map { $0 - $1 }
            for row in users.indices {
                total[row] += gain[row] / Double(Self.budgets)
                totalOverRandom[row] += (learned[row] - random[row]) / Double(Self.budgets)
            }
            points.append(
                BudgetPoint(
                    budget: budget, spent: spent, learned: Estimate(learned, of: users),
                    uniform: Estimate(uniform, of: users), uniformOffer: best, random: Estimate(random, of: users),
                    gain: Estimate(gain, of: users)))
        }
        self.points = points
        gain = Estimate(total, of: users)
        gainOverRandom = Estimate(totalOverRandom, of: users)
    }
}

extension Estimate {
    /// The mean of values of which those of one user hang together.
    init(_ values: [Double], of users: [UInt64]) {
        self.init(mean: values)
        var sums: [UInt64: Double] = [:]
        for (value, user) in zip(values, users) { sums[user, default: 0] += value - self.value }
        let count = Double(max(1, values.count))
        // In the order of users: a sum in a dictionary's order differs from run to run in its last bits.
        let squares = sums.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
        let groups = Double(sums.count)
        standardError = (squares * groups / max(1, groups - 1)).squareRoot() / count
    }
}
