// One campaign, four ways to spend its budget: by a bandit that learns as it goes, by a plan that knows every chance and
// everybody who will come, the same offer to everybody, and offers drawn at random. They meet the same shoppers in the
// same order with the same luck. Earned is what is expected of each decision, so that luck does not blur the regret; spent is what was redeemed.

import Domain
import Promotions

/// A campaign spent by policies that can be held against each other.
public struct OfferCourse: Sendable {
    public struct Settings: Sendable {
        public var decisions: Int
        public var budget: Money
        /// Decisions between an offer and its outcome.
        public var delay = 0
        /// Chance that the bandit leaves every affordable offer.
        public var leastPropensity = 0.0005

        public init(decisions: Int, budget: Money) {
            self.decisions = decisions
            self.budget = budget
        }
    }

    public enum Policy: String, CaseIterable, Codable, Sendable {
        case bandit, plan, same, random
    }

    /// What policies have come to since the beginning.
    public struct Stretch: Equatable, Sendable {
        public var decisions: Int
        /// Expected gain over making no offers, in minor units.
        public var gains: [Policy: Double]
        /// Redeemed; of the plan, expected to be.
        public var spent: [Policy: Money]

        /// Of what the plan gains; nil where it gains nothing.
        public func share(_ policy: Policy) -> Double? {
            guard let plan = gains[.plan], plan > 0 else { return nil }
            return (gains[policy] ?? 0) / plan
        }

        /// Lost against the plan.
        public func regret(_ policy: Policy) -> Double { (gains[.plan] ?? 0) - (gains[policy] ?? 0) }
    }

    /// A decision of the bandit and what came of it.
    public struct Outcome: Equatable, Sendable {
        public var decision: BudgetedBandit.Decision
        public var profit: Money
        public var cost: Money
    }

    public let campaign: OfferCampaign
    public let settings: Settings
    /// The single offer that earns most when everybody gets it; known only afterwards.
    public let sameOffer: Int
    public private(set) var stretches: [Stretch] = []
    /// λ at the end of the plan, and of the bandit.
    public private(set) var shadowPrices: [Policy: Double] = [:]

    private static let stretchCount = 10
    /// Parts of a minor unit that a plan tells apart.
    private static let grains = 1_000.0

    public init(_ campaign: OfferCampaign, _ settings: Settings) {
        self.campaign = campaign
        self.settings = settings
        let totals = campaign.costs.indices.map { offer in
            var purse = Purse(settings.budget)
            return (0..<settings.decisions).reduce(0.0) { $0 + purse.offer(offer, to: UInt64($1), campaign) }
        }
        sameOffer = totals.indices.max { totals[$0] < totals[$1] } ?? 0
    }

    /// A budget that is spent until an offer's cost may not fit any more.
    private struct Purse {
        private var left: Money
        private let budget: Money

        init(_ budget: Money) {
            self.budget = budget
            left = budget
        }

        var spent: Money { budget - left }

        /// - Returns: what is expected of it; 0 where it is not made.
        mutating func offer(_ offer: Int?, to number: UInt64, _ campaign: OfferCampaign) -> Double {
            guard let offer, campaign.costs[offer] <= left else { return 0 }
            left = left - campaign.answer(number, offer).cost
            return campaign.gain(campaign.segment(of: number), offer)
        }
    }

    /// - Parameter record: takes the bandit's decisions as their outcomes come in.
    /// - Complexity: decisions × offers², beside one allocation for all decisions.
    public mutating func run(_ record: (Outcome) throws -> Void = { _ in }) throws {
        let plan = try planned()
        var bandit = try BudgetedBandit(
            BudgetedBandit.Settings(
                segments: campaign.segments, greatestCosts: campaign.costs, budget: settings.budget,
                horizon: UInt64(settings.decisions), valueScale: OfferCampaign.scatter,
                leastPropensity: settings.leastPropensity, seed: campaign.seed))
        var (same, random) = (Purse(settings.budget), Purse(settings.budget))
        var gains: [Policy: Double] = Dictionary(uniqueKeysWithValues: Policy.allCases.map { ($0, 0) })
        var planCost = 0.0
        var waiting: [BudgetedBandit.Decision] = []
        var answered = 0
        var draws = Draws(seed: campaign.seed, "random offers")
        for number in 0..<UInt64(settings.decisions) {
            let segment = campaign.segment(of: number)
            let decision = try bandit.decide(segment: segment)
            waiting.append(decision)
            let drawn = draws.below(campaign.costs.count + 1)
            gains[.bandit, default: 0] += campaign.gain(segment, decision.offer)
            gains[.plan, default: 0] += plan.gains[segment]
            gains[.same, default: 0] += same.offer(sameOffer, to: number, campaign)
            gains[.random, default: 0] += random.offer(
                drawn < campaign.costs.count ? drawn : nil, to: number, campaign)
            planCost += plan.costs[segment]
            let isLast = Int(number) + 1 == settings.decisions
            while answered < waiting.count, isLast || waiting.count - answered > settings.delay {
                try settle(waiting[answered], &bandit, record)
                answered += 1
            }
            guard (Int(number) + 1) % max(1, settings.decisions / Self.stretchCount) == 0 || isLast else { continue }
            let expected = Money(planCost, rounded: .down) ?? settings.budget
            stretches.append(
                Stretch(
                    decisions: Int(number) + 1, gains: gains,
                    spent: [.bandit: bandit.spent, .plan: expected, .same: same.spent, .random: random.spent]))
        }
        shadowPrices = [.plan: plan.shadowPrice, .bandit: bandit.shadowPrice]
    }

    private func settle(
        _ decision: BudgetedBandit.Decision, _ bandit: inout BudgetedBandit, _ record: (Outcome) throws -> Void
    ) throws {
        let answer = campaign.answer(decision.number, decision.offer)
        try bandit.apply(.observed(number: decision.number, profit: answer.profit, cost: answer.cost))
        try record(Outcome(decision: decision, profit: answer.profit, cost: answer.cost))
    }

    /// The best plan for everybody who will come, as what it means for a shopper of each segment.
    private func planned() throws -> (gains: [Double], costs: [Double], shadowPrice: Double) {
        let menus = (0..<campaign.segments).map { segment in
            campaign.costs.indices.map { offer in
                OfferOption(
                    value: Money(minorUnits: Int64((campaign.gain(segment, offer) * Self.grains).rounded(.down))),
                    cost: Money(minorUnits: Int64((campaign.cost(segment, offer) * Self.grains).rounded(.up))))
            }
        }
        let arrivals = (0..<UInt64(settings.decisions)).map(campaign.segment)
        let (limit, overflow) = settings.budget.minorUnits.multipliedReportingOverflow(by: Int64(Self.grains))
        let plan = try BudgetAllocator(arrivals.map { menus[$0] }).allocate(
            Money(minorUnits: overflow ? .max : limit))
        var (gains, costs) = ([Double](repeating: 0, count: menus.count), [Double](repeating: 0, count: menus.count))
        var counts = gains
        for (segment, choice) in zip(arrivals, plan.choices) {
            gains[segment] += campaign.gain(segment, choice)
            costs[segment] += campaign.cost(segment, choice)
            counts[segment] += 1
        }
        for segment in counts.indices where counts[segment] > 0 {
            gains[segment] /= counts[segment]
            costs[segment] /= counts[segment]
        }
        return (gains, costs, plan.shadowPrice.ratio)
    }
}
