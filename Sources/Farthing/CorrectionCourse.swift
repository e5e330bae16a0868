// What the online correction is worth where the truth is known. A model is fitted; then, before anybody fits another one,
// a tenth of the shoppers and a tenth of the items change their demand, each up or down, by tastes that no column tells.
// Two shops sell to the same shoppers in the same order with the same luck, one by the model alone, one corrected by
// what came of each day.

import Domain
import Foundation
import Learning
import Pricing
import World

struct CorrectionCourse {
    struct Settings {
        var fittedRows = 60_000
        var shoppers = 2_000
        var days = 40
        var decisionsPerDay = 4_000
        /// Each has item corrections of its own, as in a cluster.
        var partitions: UInt64 = 16
        /// Of shoppers, and of items.
        var movedShare = 0.1
        /// Up or down.
        var movedIntercept = 0.8
        var movedLogSlope = 0.4
        /// Prices stay where the fit has seen some, relative to the reference price.
        var ratios = 0.8...1.1
        /// How far around the best price the corrected shop draws its prices, before any outcome; nil: it does not.
        var exploringDeviation: Double?
    }

    /// Decisions of some days, and what came of them.
    struct Stretch: Encodable {
        /// The last day.
        var day: Int
        var moved: Group
        var unmoved: Group
        var all: Group
    }

    struct Group: Encodable {
        var decisions: Int
        /// Of the gap between the best uniform price and the oracle.
        var share: Double
        var correctedShare: Double
        /// Nats per decision, each at the price that was shown.
        var logLoss: Double
        var correctedLogLoss: Double
    }

    private let world: KnownWorld
    private let settings: Settings
    private let bundle: ExposureBundle
    private var shoppers: [UInt64: CurveCorrection] = [:]
    private var items: [UInt64: CurveCorrection] = [:]
    private var draws: Draws

    init(_ world: KnownWorld, _ settings: Settings) throws {
        self.world = world
        self.settings = settings
        draws = Draws(seed: world.seed, "luck of a correction course")
        var questions: [Question] = []
        var prices: [Double] = []
        var bought: [Bool] = []
        world.exposures(rows: settings.fittedRows, shoppers: settings.shoppers) { row in
            questions.append(row.question)
            prices.append(row.price.real / 100)
            bought.append(row.isBought)
        }
        let chances = [Double](repeating: RandomExposure.propensity, count: prices.count)
        let table = Self.table(questions, world).answered(prices: prices, propensities: chances, bought: bought)
        bundle = try ExposureLearner().learn(table, version: 1).bundle
    }

    private static func table(_ questions: [Question], _ world: KnownWorld) -> ExposureTable {
        WorldRows.table(questions.map(WorldRows.row), of: world.surroundings)
    }

    /// - Parameter report: called after each fifth of the days, and at the end.
    mutating func run(_ report: (Stretch) throws -> Void) throws {
        let stretch = max(1, settings.days / 5)
        var books: [Decision] = []
        var today: [Question] = []
        var day = 0
        try world.questions(rows: settings.days * settings.decisionsPerDay, shoppers: settings.shoppers) { question in
            today.append(question)
            guard today.count == settings.decisionsPerDay else { return }
            day += 1
            books += sell(today, day: Int32(day))
            today.removeAll(keepingCapacity: true)
            guard day % stretch == 0 || day == settings.days else { return }
            try report(
                Stretch(
                    day: day, moved: group(books.filter(\.isMoved)), unmoved: group(books.filter { !$0.isMoved }),
                    all: group(books)))
            books.removeAll(keepingCapacity: true)
        }
    }

    private struct Decision {
        var occasion: Occasion
        var isMoved: Bool
        /// By the model alone, and corrected.
        var prices: [Double]
        var logLosses: [Double]
    }

    /// A day in both shops. What came of it is learned in the evening.
    private mutating func sell(_ questions: [Question], day: Int32) -> [Decision] {
        var evening: [(Question, PriceOutcome)] = []
        let decisions = zip(questions, bundle.curves(Self.table(questions, world))).map { question, curve in
            var model = curve
            model.reference = question.item.referencePrice.real
            let belief =
                (shoppers[question.shopperNumber] ?? CurveCorrection(.shopper)).belief(on: day, of: 1)
                + (items[itemKey(question)] ?? CurveCorrection(.product)).belief(on: day, of: 1)
            let corrected = model.shifted(by: belief.mean)
            let (occasion, isMoved) = truth(question)
            let luck = draws.fraction()
            var decision = Decision(occasion: occasion, isMoved: isMoved, prices: [], logLosses: [])
            for (believed, drawn) in [(model, model), (corrected, drawn(corrected, belief, question, day))] {
                let price = best(drawn, question)
                let chance = occasion.demand.probability(
                    atLogRatio: log(price.real / question.item.referencePrice.real))
                let isBought = luck < chance
                let expected = believed.probability(at: price.real)
                decision.prices.append(price.real / 100)
                decision.logLosses.append(-log(isBought ? expected : 1 - expected))
                guard decision.prices.count == 2,
                    let prediction = model.prediction(at: price, settledAt: question.time)
                else { continue }
                evening.append((question, PriceOutcome(prediction, isBought: isBought, day: day, modelVersion: 1)))
            }
            return decision
        }
        for (question, outcome) in evening {
            CurveCorrection.learn(
                outcome, &shoppers[question.shopperNumber, default: CurveCorrection(.shopper)],
                &items[itemKey(question), default: CurveCorrection(.product)])
        }
        return decisions
    }

    /// The curve that a price of the corrected shop is for.
    private func drawn(_ curve: DemandCurve, _ belief: CurveBelief, _ question: Question, _ day: Int32) -> DemandCurve {
        guard let deviation = settings.exploringDeviation else { return curve }
        let experiment = Experiment(salt: "", controlShare: 0, exploringShare: 1, exploringDeviation: deviation)
        let ticket = experiment.ticket(
            UserKey(tenant: "", user: "\(question.shopperNumber)"), ProductKey(product: "\(question.itemNumber)"),
            day: day)
        return experiment.drawn(curve, ticket: ticket, belief: belief.covariance)
    }

    private func best(_ curve: DemandCurve, _ question: Question) -> Money {
        let reference = question.item.referencePrice.real
        let price = OptimalPrice.solve(
            curve, .profit, unitCost: question.item.unitCost.real,
            within: settings.ratios.lowerBound * reference...settings.ratios.upperBound * reference)
        return Money(price, rounded: .nearest) ?? question.item.referencePrice
    }

    private func itemKey(_ question: Question) -> UInt64 {
        question.itemNumber * settings.partitions + question.shopperNumber % settings.partitions
    }

    private func truth(_ question: Question) -> (Occasion, isMoved: Bool) {
        var occasion = WorldRows.occasion(question, world)
        let moves = [move("moved shopper", question.shopperNumber), move("moved item", question.itemNumber)]
        for move in moves.compactMap(\.self) {
            occasion.demand.intercept += move.intercept
            occasion.demand.slope *= exp(move.logSlope)
        }
        return (occasion, moves.contains { $0 != nil })
    }

    /// nil for those who stay as they were.
    private func move(_ who: String, _ number: UInt64) -> CurveShift? {
        var draws = Draws(seed: world.seed, who, number)
        guard draws.fraction() < settings.movedShare else { return nil }
        return CurveShift(
            intercept: draws.fraction() < 0.5 ? settings.movedIntercept : -settings.movedIntercept,
            logSlope: draws.fraction() < 0.5 ? settings.movedLogSlope : -settings.movedLogSlope)
    }

    private func group(_ decisions: [Decision]) -> Group {
        guard !decisions.isEmpty else {
            return Group(decisions: 0, share: 0, correctedShare: 0, logLoss: 0, correctedLogLoss: 0)
        }
        func share(_ arm: Int) -> Double {
            let proposed = decisions.map { ProposedPrice(occasion: $0.occasion, price: $0.prices[arm]) }
            return PriceScore(proposed, within: PriceGrid(settings.ratios), tolerance: 0.01).share
        }
        func logLoss(_ arm: Int) -> Double {
            decisions.reduce(0) { $0 + $1.logLosses[arm] } / Double(decisions.count)
        }
        return Group(
            decisions: decisions.count, share: share(0), correctedShare: share(1), logLoss: logLoss(0),
            correctedLogLoss: logLoss(1))
    }
}

extension CorrectionCourse.Stretch {
    var text: String {
        String(format: "until day %3d: ", day)
            + [("all", all), ("moved", moved), ("unmoved", unmoved)].map { name, group in
                String(
                    format: "\(name) share %.3f → %.3f, log-loss %.4f → %.4f", group.share, group.correctedShare,
                    group.logLoss, group.correctedLogLoss)
            }.joined(separator: "; ")
    }
}
