// Which offer for whom while it is still being learned what the offers bring, and the budget must last: a bandit with
// knapsacks, contextual by segment.
//
// Two ideas meet. Thompson sampling: each offer is chosen as often as it is, for all that is known, the best. And a
// price λ on a unit of budget, as in `BudgetAllocator`, found as it goes: it rises when spending runs ahead of the
// pace at which the budget lasts for the rest of the decisions, and falls when it lags behind. What is best is value −
// λ · cost, where the value is what is left of the profit after the cost: at any moment everybody competes for the
// budget with everybody to come, and an offer that does not pay for itself is not made, however much is left.
//
// The budget holds whatever the estimates say: an offer is made only if its greatest cost still fits beside everything
// spent and promised. A plan solved anew at every step was rejected: it needs the arrivals of each segment ahead.
// Sources: Thompson (1933); Badanidiyuru, Kleinberg and Slivkins, Bandits with knapsacks (2013); Agrawal and Devanur
// (2014); the multiplier by online gradient steps on the dual: Balseiro, Lu and Mirrokni (2020).

import Domain

/// State of a bandit with a budget: a value, folded from its events. Equal events in equal order, equal state.
public struct BudgetedBandit: Equatable, Sendable {
    public let settings: Settings
    /// What is known of each offer in each segment, and of making none; (segments, offers + 1), none last.
    public private(set) var arms: [OfferPosterior]
    /// Decisions made so far.
    public private(set) var decisions: UInt64 = 0
    /// What redeemed offers have cost.
    public private(set) var spent = Money.zero
    /// The greatest cost of the offers whose outcome is still to come.
    public private(set) var promised = Money.zero
    /// Value of a unit of budget.
    public private(set) var shadowPrice: Double
    private var pending: [UInt64: Decision] = [:]

    /// The fixed terms of one campaign.
    public struct Settings: Equatable, Sendable {
        public var segments: Int
        /// The most that each offer can cost; none is free. (offers,).
        public var greatestCosts: [Money]
        public var budget: Money
        /// Decisions that the budget is to last for. It holds for any number; behind these it is spent as it comes.
        public var horizon: UInt64
        /// What one offer's value may scatter by before anything is known.
        public var valueScale: Money
        /// Chance that every affordable offer keeps at least, so that what was logged can judge other policies.
        public var leastPropensity: Double
        public var seed: UInt64

        public init(
            segments: Int, greatestCosts: [Money], budget: Money, horizon: UInt64, valueScale: Money,
            leastPropensity: Double = 0.0005, seed: UInt64
        ) {
            self.segments = segments
            self.greatestCosts = greatestCosts
            self.budget = budget
            self.horizon = horizon
            self.valueScale = valueScale
            self.leastPropensity = leastPropensity
            self.seed = seed
        }

        var offers: Int { greatestCosts.count }
        var costScale: Double { max(greatestCosts.map(\.real).max() ?? 1, 1) }
    }

    /// One choice, and everything a log needs of it.
    public struct Decision: Equatable, Sendable {
        public var number: UInt64
        public var segment: Int
        /// nil: no offer.
        public var offer: Int?
        /// The chance with which exactly this was chosen.
        public var propensity: Double
        public var shadowPrice: Double

        public init(number: UInt64, segment: Int, offer: Int?, propensity: Double, shadowPrice: Double) {
            self.number = number
            self.segment = segment
            self.offer = offer
            self.propensity = propensity
            self.shadowPrice = shadowPrice
        }
    }

    public enum Event: Equatable, Sendable {
        case decided(Decision)
        /// What came of a decision: profit before the offer's cost, and that cost.
        case observed(number: UInt64, profit: Money, cost: Money)
        /// No outcome will come; the offer cannot be redeemed any more.
        case expired(number: UInt64)
    }

    /// - Throws: for terms that make no campaign.
    public init(_ settings: Settings) throws(BudgetError) {
        try settings.check()
        self.settings = settings
        arms = [OfferPosterior](
            repeating: OfferPosterior(scale: settings.valueScale.real), count: settings.segments * (settings.offers + 1)
        )
        shadowPrice = 0
    }

    /// Decides for a user of a segment, and remembers that it did.
    public mutating func decide(segment: Int) throws(BudgetError) -> Decision {
        let decision = try nextDecision(segment: segment)
        try apply(.decided(decision))
        return decision
    }

    /// The decision that comes next, a function of the state alone.
    /// - Parameter seed: instead of the campaign's, to see what else could have come.
    public func nextDecision(segment: Int, seed: UInt64? = nil) throws(BudgetError) -> Decision {
        try checkSegment(segment)
        let chances = propensities(segment: segment)
        var draws = Draws(seed: seed ?? settings.seed, "offer", decisions)
        var left = draws.fraction()
        var choice = settings.offers
        for (arm, chance) in chances.enumerated() where chance > 0 {
            choice = arm
            left -= chance
            if left < 0 { break }
        }
        return Decision(
            number: decisions, segment: segment, offer: choice == settings.offers ? nil : choice,
            propensity: chances[choice], shadowPrice: shadowPrice)
    }

    /// The chance of each offer, none last: 0 for those whose greatest cost does not fit any more. (offers + 1,).
    /// - Precondition: there is such a segment.
    private func propensities(segment: Int) -> [Double] {
        let left = settings.budget - spent - promised
        let affordable = settings.greatestCosts.indices.filter { settings.greatestCosts[$0] <= left }
        let candidates = affordable + [settings.offers]
        let beliefs = candidates.map { arm in
            let posterior = self.arm(segment, arm)
            let cost = arm < settings.offers ? posterior.cost(startingAt: settings.greatestCosts[arm].real) : 0
            return Belief(mean: posterior.mean - shadowPrice * cost, deviation: posterior.deviation)
        }
        var chances = [Double](repeating: 0, count: settings.offers + 1)
        let kept = 1 - settings.leastPropensity * Double(candidates.count)
        for (arm, chance) in zip(candidates, Belief.chancesOfBeingBest(beliefs)) {
            chances[arm] = settings.leastPropensity + kept * chance
        }
        return chances
    }

    /// - Throws: for an event that cannot follow; the state is then unchanged.
    public mutating func apply(_ event: Event) throws(BudgetError) {
        switch event {
        case .decided(let decision): try applyDecision(decision)
        case .observed(let number, let profit, let cost): try applyOutcome(number, profit, cost)
        case .expired(let number): promised = promised - greatestCost(try settle(number))
        }
    }

    private mutating func applyDecision(_ decision: Decision) throws(BudgetError) {
        try checkSegment(decision.segment)
        let place = "decisions[\(decision.number)]"
        guard decision.number == decisions else {
            throw BudgetError(place: place, value: "\(decision.number)", remedy: "Decision \(decisions) comes next.")
        }
        guard decision.offer.map(settings.greatestCosts.indices.contains) ?? true else {
            throw BudgetError(
                place: "\(place).offer", value: decision.offer.map(String.init) ?? "none",
                remedy: "There are \(settings.offers).")
        }
        let greatest = greatestCost(decision)
        guard greatest <= settings.budget - spent - promised else {
            throw BudgetError(
                place: "\(place).offer", value: "may cost \(greatest.minorUnits)",
                remedy: "Only \((settings.budget - spent - promised).minorUnits) minor units are left.")
        }
        let pace = (settings.budget - spent).real / Double(max(1, settings.horizon - min(settings.horizon, decisions)))
        let expected = decision.offer.map { offer in
            arm(decision.segment, offer).cost(startingAt: settings.greatestCosts[offer].real)
        }
        decisions += 1
        promised = promised + greatest
        pending[decision.number] = decision
        shadowPrice = max(0, shadowPrice + stepSize * ((expected ?? 0) - pace) / settings.costScale)
    }

    /// Of the multiplier, in value per cost: large while little is known, and as 1/√decisions after.
    private var stepSize: Double {
        settings.valueScale.real / settings.costScale / (1 + Double(decisions) / 16).squareRoot()
    }

    private mutating func applyOutcome(_ number: UInt64, _ profit: Money, _ cost: Money) throws(BudgetError) {
        guard let decision = pending[number] else { throw Self.unknown(number) }
        let greatest = greatestCost(decision)
        guard cost >= .zero, cost <= greatest else {
            throw BudgetError(
                place: "decisions[\(number)].cost", value: "\(cost.minorUnits)",
                remedy: "This offer costs from 0 to \(greatest.minorUnits) minor units.")
        }
        guard abs(profit.real) <= OfferPosterior.greatestAmount else {
            throw BudgetError(
                place: "decisions[\(number)].profit", value: "\(profit.minorUnits)",
                remedy: "Give a profit of at most \(Int64(OfferPosterior.greatestAmount)) minor units either way.")
        }
        _ = try settle(number)
        promised = promised - greatest
        spent = spent + cost
        arms[decision.segment * (settings.offers + 1) + (decision.offer ?? settings.offers)].add(profit, cost)
    }

    private mutating func settle(_ number: UInt64) throws(BudgetError) -> Decision {
        guard let decision = pending.removeValue(forKey: number) else { throw Self.unknown(number) }
        return decision
    }

    private static func unknown(_ number: UInt64) -> BudgetError {
        BudgetError(
            place: "decisions[\(number)]", value: "no decision without an outcome",
            remedy: "Report each decision once.")
    }

    private func greatestCost(_ decision: Decision) -> Money {
        decision.offer.map { settings.greatestCosts[$0] } ?? .zero
    }

    private func arm(_ segment: Int, _ offer: Int) -> OfferPosterior { arms[segment * (settings.offers + 1) + offer] }

    private func checkSegment(_ segment: Int) throws(BudgetError) {
        guard segment >= 0, segment < settings.segments else {
            throw BudgetError(
                place: "segment", value: "\(segment)", remedy: "Name one from 0 to \(settings.segments - 1).")
        }
    }
}

extension BudgetedBandit.Settings {
    /// Arms of all segments together.
    private static let mostArms = 1_000_000

    fileprivate func check() throws(BudgetError) {
        func require(_ holds: Bool, _ place: String, _ value: String, _ remedy: String) throws(BudgetError) {
            guard !holds else { return }
            throw BudgetError(place: place, value: value, remedy: remedy)
        }
        let (arms, overflow) = segments.multipliedReportingOverflow(by: offers + 1)
        try require(
            segments > 0 && !overflow && arms <= Self.mostArms, "segments", "\(segments)",
            "Give at least one, and no more than \(Self.mostArms) pairs of segment and offer.")
        try require(budget >= .zero, "budget", "\(budget.minorUnits)", "Give a budget of 0 or more minor units.")
        try require(horizon > 0, "horizon", "\(horizon)", "Give at least one decision.")
        try require(valueScale > .zero, "valueScale", "\(valueScale.minorUnits)", "Give an amount above 0.")
        try require(
            leastPropensity >= 0 && leastPropensity * Double(offers + 1) < 1, "leastPropensity", "\(leastPropensity)",
            "Give a chance of at least 0 that leaves something to choose.")
        for (offer, cost) in greatestCosts.enumerated() {
            try require(
                cost >= .zero && cost.real <= OfferPosterior.greatestAmount, "greatestCosts[\(offer)]",
                "\(cost.minorUnits)", "Give a cost from 0 to \(Int64(OfferPosterior.greatestAmount)) minor units.")
        }
    }
}
