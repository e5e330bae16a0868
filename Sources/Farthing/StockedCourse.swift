// A learner and a world with shelves, one day after another. Each morning the learner solves anew for the shadow price of
// what is left of each item; the shoppers seen last stand for those still to come. Whoever finds the shelf empty is
// counted as a visitor and learned nothing from.
//
// Cycles are independent, so that the books can be closed each week: what the prices shown were expected to earn along
// the shelves as they were, beside what the oracle of the week would have.

import Domain
import Foundation
import Learning
import Pricing
import World

struct StockedCourse {
    private let world: KnownWorld
    private let grid: PriceGrid
    private let decisions: Int
    private let usesShadowPrice: Bool
    private var pricing: SequentialPricing
    private var shelves: Shelves
    private var visitors = [Visitors](repeating: Visitors(), count: KnownWorld.itemCount)
    private var days = 0
    private var draws: Draws
    private var week: [OpenCycle] = Self.emptyWeek
    private var closed: [PricedCycle] = []
    /// By the prices shown, since the last stretch.
    private var earned = 0.0
    private var done = 0
    private var regret = 0.0
    private(set) var stretches: [CourseStretch] = []

    /// Of one item.
    private struct Visitors {
        var count = 0
        /// The latest, the oldest of them overwritten first.
        var latest: [ExposureRow] = []

        private static let mostKept = 48

        mutating func add(_ row: ExposureRow) {
            if latest.count < Self.mostKept { latest.append(row) } else { latest[count % Self.mostKept] = row }
            count += 1
        }
    }

    /// One item's shoppers of the week so far.
    private struct OpenCycle {
        var occasions: [Occasion] = []
        var prices: [Double] = []
    }
    private static let emptyWeek = [OpenCycle](repeating: OpenCycle(), count: KnownWorld.itemCount)

    init(_ world: KnownWorld, _ settings: SequentialPricing.Settings, decisions: Int, usesShadowPrice: Bool) {
        self.world = world
        self.decisions = decisions
        self.usesShadowPrice = usesShadowPrice
        grid = PriceGrid(settings.ratios)
        pricing = SequentialPricing(settings)
        shelves = Shelves(world, items: KnownWorld.itemCount, arrivals: world.courseArrivals(rows: decisions))
        draws = Draws(seed: world.seed, "outcomes of a course")
    }

    /// - Parameter report: called after each stretch: whole weeks, at least a twentieth of the decisions.
    mutating func run(_ report: (CourseStretch) throws -> Void) throws {
        var day: [Question] = []
        try world.course(rows: decisions) { question in
            if let last = day.last?.time, last.day != question.time.day {
                try sell(day)
                day.removeAll(keepingCapacity: true)
                if last.week != question.time.week { try closeWeek(report) }
            }
            day.append(question)
        }
        try sell(day)
        try closeWeek(report)
    }

    // MARK: - A day

    private mutating func sell(_ questions: [Question]) throws {
        guard let morning = questions.first?.time else { return }
        let shadowPrices = usesShadowPrice ? shadowPrices(from: morning) : Self.noShadowPrices
        let rows = questions.map(WorldRows.row)
        let salvage = questions.map { world.salvageValue(item: $0.itemNumber).real / 100 }
        let drawn = pricing.decide(
            WorldRows.table(rows, of: world.surroundings),
            marginalCosts: questions.indices.map { salvage[$0] + shadowPrices[Int(questions[$0].itemNumber)] })
        var prices: [Double] = []
        var bought: [Bool] = []
        var served: [Int] = []
        for (place, question) in questions.enumerated() {
            let item = Int(question.itemNumber)
            var occasion = WorldRows.occasion(question, world)
            occasion.unitCost = salvage[place]
            let price = (occasion.referencePrice * drawn[place].ratio * 100).rounded() / 100
            week[item].occasions.append(occasion)
            week[item].prices.append(price)
            visitors[item].add(rows[place])
            guard shelves.units(item: item, at: question.time) > 0 else { continue }
            earned += occasion.profit(at: price)
            let isBought =
                draws.fraction() < occasion.demand.probability(atLogRatio: log(price / occasion.referencePrice))
            if isBought { shelves.take(item: item, at: question.time) }
            served.append(place)
            prices.append(price)
            bought.append(isBought)
        }
        done += questions.count
        days += 1
        guard !served.isEmpty else { return }
        let decided = served.map { drawn[$0] }
        let outcomes = WorldRows.table(served.map { rows[$0] }, of: world.surroundings)
            .answered(prices: prices, propensities: decided.map(\.propensity), bought: bought)
        try pricing.observe(outcomes, decided)
    }

    private static let noShadowPrices = [Double](repeating: 0, count: KnownWorld.itemCount)

    /// Of each item, for what is left of the week.
    private mutating func shadowPrices(from morning: Timestamp) -> [Double] {
        let sample = visitors.flatMap(\.latest)
        guard days > 0, !sample.isEmpty,
            let curves = pricing.curves(of: WorldRows.table(sample, of: world.surroundings))
        else { return Self.noShadowPrices }
        let daysLeft = Double(7 - (morning.day + 3) % 7)
        let ratios = pricing.openRatios
        var next = 0
        return visitors.indices.map { item in
            let units = shelves.units(item: item, at: morning)
            let salvage = world.salvageValue(item: UInt64(item)).real / 100
            let arrivals = visitors[item].latest.map { row in
                defer { next += 1 }
                let bounds = (row.referencePrice * ratios.lowerBound)...(row.referencePrice * ratios.upperBound)
                return ExpectedArrival(curve: curves[next], unitCost: salvage, bounds: bounds)
            }
            let expected = Double(visitors[item].count) / Double(days) * daysLeft
            return StockShadowPrice(sample: arrivals, arrivals: expected, stock: Double(units))?.shadowPrice ?? 0
        }
    }

    // MARK: - The books

    private mutating func closeWeek(_ report: (CourseStretch) throws -> Void) throws {
        for (item, cycle) in week.enumerated() where !cycle.occasions.isEmpty {
            closed.append(
                PricedCycle(
                    StockedCycle(stock: shelves.level(item: item), occasions: cycle.occasions), prices: cycle.prices))
        }
        week = Self.emptyWeek
        let count = closed.reduce(0) { $0 + $1.prices.count }
        guard count > 0, count >= decisions / 20 || done == decisions else { return }
        var score = PriceScore.ofStocked(closed, within: grid, tolerance: 0.01).score
        score.proposedProfit = earned
        regret += score.oracleProfit - earned
        closed.removeAll(keepingCapacity: true)
        earned = 0
        let open = pricing.openRatios
        let slope = stretches.last { 2 * $0.decisions <= done }.map { half in
            log(regret / half.regret) / log(Double(done) / Double(half.decisions))
        }
        let stretch = CourseStretch(
            decisions: done, share: score.share, bestShare: nil, regret: regret, slope: slope,
            law: pricing.law?.rawValue ?? "trial", lowest: open.lowerBound, highest: open.upperBound)
        stretches.append(stretch)
        try report(stretch)
    }
}
