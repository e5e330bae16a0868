// A learner and a world, one decision after another. The learner sees questions and purchases; the books see the truth.

import Domain
import Foundation
import Learning
import World

/// What happened in one stretch of decisions.
struct CourseStretch: Encodable {
    /// Since the beginning.
    var decisions: Int
    /// Of the gap between the best uniform price and the oracle, in this stretch.
    var share: Double
    /// The same of the prices that the model thought best, without exploration; nil before there is a model.
    var bestShare: Double?
    /// Lost against the oracle since the beginning, in units of the currency.
    var regret: Double
    /// Of ln regret over ln decisions, over the last doubling of decisions.
    var slope: Double?
    var law: String
    /// What is open, relative to the reference price.
    var lowest: Double
    var highest: Double

    static let header = "decisions,share,best_share,regret,slope,law,lowest,highest\n"

    var csv: String {
        let slope = slope.map { String(format: "%.4f", $0) } ?? ""
        let best = bestShare.map { String(format: "%.4f", $0) } ?? ""
        return String(format: "%d,%.4f,\(best),%.2f,", decisions, share, regret) + "\(slope),\(law),"
            + String(format: "%.4f,%.4f\n", lowest, highest)
    }

    var text: String {
        let slope = slope.map { String(format: "%.2f", $0) } ?? "–"
        let best = bestShare.map { String(format: "%.3f", $0) } ?? "–"
        return String(
            format: "%9d decisions: share %6.3f (best \(best)), regret %10.0f, slope ", decisions, share, regret)
            + "\(slope), \(law), " + String(format: "prices %.2f to %.2f", lowest, highest)
    }
}

struct PricingCourse {
    private let world: KnownWorld
    private let grid: PriceGrid
    private var pricing: SequentialPricing
    private(set) var stretches: [CourseStretch] = []
    private var draws: Draws

    /// Decisions between two looks at outcomes.
    private static let batch = 10_000

    init(_ world: KnownWorld, _ settings: SequentialPricing.Settings) {
        self.world = world
        grid = PriceGrid(settings.ratios)
        pricing = SequentialPricing(settings)
        draws = Draws(seed: world.seed, "outcomes of a course")
    }

    /// - Parameters:
    ///   - stretch: how many decisions are one; rounded up to looks at outcomes.
    ///   - report: called after each stretch.
    mutating func run(decisions: Int, stretch: Int, _ report: (CourseStretch) throws -> Void) throws {
        var batch: [Question] = []
        var proposals: [ProposedPrice] = []
        var bests: [ProposedPrice] = []
        var done = 0
        var regret = 0.0
        try world.course(rows: decisions) { question in
            batch.append(question)
            guard batch.count == Self.batch || done + batch.count == decisions else { return }
            let decided = try decide(batch)
            proposals += decided.map(\.shown)
            bests += decided.compactMap(\.best)
            done += batch.count
            batch.removeAll(keepingCapacity: true)
            guard proposals.count >= stretch || done == decisions else { return }
            let score = PriceScore(proposals, within: grid, tolerance: 0.01)
            regret += score.oracleProfit - score.proposedProfit
            let isComplete = bests.count == proposals.count
            let best = isComplete ? PriceScore(bests, within: grid, tolerance: 0.01).share : nil
            proposals.removeAll(keepingCapacity: true)
            bests.removeAll(keepingCapacity: true)
            let open = pricing.ladder.open
            let finished = CourseStretch(
                decisions: done, share: score.share, bestShare: best, regret: regret, slope: slope(at: done, regret),
                law: pricing.law?.rawValue ?? "trial", lowest: exp(pricing.ladder.rungs[open.lowerBound]),
                highest: exp(pricing.ladder.rungs[open.upperBound]))
            stretches.append(finished)
            try report(finished)
        }
    }

    private mutating func decide(_ questions: [Question]) throws -> [(shown: ProposedPrice, best: ProposedPrice?)] {
        let table = WorldRows.table(questions.map(WorldRows.row), of: world.surroundings)
        let drawn = pricing.decide(table)
        var prices: [Double] = []
        var bought: [Bool] = []
        var decided: [(shown: ProposedPrice, best: ProposedPrice?)] = []
        for (question, decision) in zip(questions, drawn) {
            let occasion = WorldRows.occasion(question, world)
            let price = (occasion.referencePrice * decision.ratio * 100).rounded() / 100
            let chance = occasion.demand.probability(atLogRatio: log(price / occasion.referencePrice))
            prices.append(price)
            bought.append(draws.fraction() < chance)
            let best = decision.best.map { ProposedPrice(occasion: occasion, price: occasion.referencePrice * $0) }
            decided.append((ProposedPrice(occasion: occasion, price: price), best))
        }
        try pricing.observe(
            table.answered(prices: prices, propensities: drawn.map(\.propensity), bought: bought), drawn)
        return decided
    }

    private func slope(at decisions: Int, _ regret: Double) -> Double? {
        guard let half = stretches.last(where: { 2 * $0.decisions <= decisions }) else { return nil }
        return log(regret / half.regret) / log(Double(decisions) / Double(half.decisions))
    }
}
