import Domain
import Promotions
import Testing

/// Shoppers of a few segments whose answers to offers are known.
private struct Campaign {
    /// Profit before the offer's cost, (segments, offers + 1), none last.
    var profits: [[Double]]
    /// Chance that an offer is redeemed; (segments, offers).
    var redeemed: [[Double]]
    let costs: [Int64]
    let segments: Int

    init(seed: UInt64, segments: Int = 4, costs: [Int64] = [100, 250, 500, 1_000]) {
        var draws = Draws(seed: seed, "campaign")
        self.segments = segments
        self.costs = costs
        profits = []
        redeemed = []
        for _ in 0..<segments {
            let base = 300 + 400 * draws.fraction()
            let chances = costs.map { _ in 0.2 + 0.6 * draws.fraction() }
            // Some offers bring more than they cost, some less than nothing.
            profits.append(zip(costs, chances).map { base + ($1 * 4 * draws.fraction() - 0.4) * Double($0) } + [base])
            redeemed.append(chances)
        }
    }

    func outcome(_ decision: BudgetedBandit.Decision, _ draws: inout Draws) -> BudgetedBandit.Event {
        let mean = profits[decision.segment][decision.offer ?? costs.count]
        var cost: Int64 = 0
        if let offer = decision.offer, draws.fraction() < redeemed[decision.segment][offer] { cost = costs[offer] }
        return .observed(
            number: decision.number, profit: Money(minorUnits: Int64(mean + 400 * draws.normal())),
            cost: Money(minorUnits: cost))
    }

    /// What the best plan would gain over making no offer, if everything were known: each of many equally frequent
    /// shoppers takes part with their expected gain and cost.
    func plan(budget: Int64, decisions: Int) throws -> Double {
        let users = (0..<decisions).map { index in
            costs.indices.map { offer in
                OfferOption(
                    value: Money(minorUnits: Int64(1_000 * gain(index % segments, offer))),
                    cost: Money(minorUnits: Int64(1_000 * redeemed[index % segments][offer] * Double(costs[offer]))))
            }
        }
        return try BudgetAllocator(users).allocate(Money(minorUnits: 1_000 * budget)).value.real / 1_000
    }

    func gain(_ segment: Int, _ offer: Int?) -> Double {
        offer.map {
            profits[segment][$0] - redeemed[segment][$0] * Double(costs[$0]) - profits[segment][costs.count]
        } ?? 0
    }
}

@Suite struct BudgetedBanditTests {
    private func settings(
        _ campaign: Campaign, budget: Int64, horizon: Int, seed: UInt64 = 1
    ) -> BudgetedBandit.Settings {
        BudgetedBandit.Settings(
            segments: campaign.segments, greatestCosts: campaign.costs.map { Money(minorUnits: $0) },
            budget: Money(minorUnits: budget), horizon: UInt64(horizon), valueScale: Money(minorUnits: 400), seed: seed)
    }

    private struct Run {
        var bandit: BudgetedBandit
        /// Over making no offer, by the known means.
        var gain = 0.0
        var events: [BudgetedBandit.Event] = []
        var spentAtQuarters: [Money] = []
    }

    /// - Parameter delay: decisions until an outcome is known.
    private func run(
        _ campaign: Campaign, budget: Int64, horizon: Int, delay: Int = 0, seed: UInt64 = 1
    ) throws -> Run {
        var run = Run(bandit: try BudgetedBandit(settings(campaign, budget: budget, horizon: horizon, seed: seed)))
        var draws = Draws(seed: seed, "answers")
        var waiting: [BudgetedBandit.Decision] = []
        for index in 0..<horizon {
            let decision = try run.bandit.decide(segment: index % campaign.segments)
            run.events.append(.decided(decision))
            run.gain += campaign.gain(decision.segment, decision.offer)
            waiting.append(decision)
            if waiting.count > delay {
                let event = campaign.outcome(waiting.removeFirst(), &draws)
                try run.bandit.apply(event)
                run.events.append(event)
            }
            if (index + 1) % (horizon / 4) == 0 { run.spentAtQuarters.append(run.bandit.spent) }
        }
        return run
    }

    @Test func theLongerItRunsTheCloserItComesToThePlanThatKnowsEverything() throws {
        var shares: [Double] = []
        for horizon in [1_000, 6_000, 36_000] {
            var (gained, possible) = (0.0, 0.0)
            for seed in 1...4 as ClosedRange<UInt64> {
                let campaign = Campaign(seed: seed)
                let budget = Int64(60 * horizon)
                let run = try run(campaign, budget: budget, horizon: horizon, seed: seed)
                gained += run.gain
                possible += try campaign.plan(budget: budget, decisions: horizon)
                #expect(run.bandit.spent.minorUnits <= budget)
                // At an even pace, and to the end.
                for (quarter, spent) in run.spentAtQuarters.enumerated() where horizon > 1_000 {
                    #expect(abs(spent.real / Double(budget) - Double(quarter + 1) / 4) < 0.05)
                }
            }
            shares.append(gained / possible)
        }
        print("share of the plan's gain after 1,000, 6,000 and 36,000 decisions: \(shares)")
        #expect(shares == shares.sorted())
        #expect(shares[1] > 0.85 && shares[2] > 0.93)
    }

    @Test func lateOutcomesAreLearnedFromAsWell() throws {
        let campaign = Campaign(seed: 2)
        let run = try run(campaign, budget: 600_000, horizon: 10_000, delay: 200)
        #expect(run.bandit.spent.minorUnits <= 600_000)
        #expect(run.gain > 0.85 * (try campaign.plan(budget: 600_000, decisions: 10_000)))
    }

    /// Everybody redeems, nobody is paced, outcomes come late, in any order, or never.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func theBudgetHoldsWhateverHappens(seed: UInt64) throws {
        var draws = Draws(seed: seed, "adversary")
        let costs = (0..<(1 + draws.below(4))).map { _ in Money(minorUnits: Int64(draws.below(500))) }
        let budget = Money(minorUnits: Int64(draws.below(5_000)))
        var bandit = try BudgetedBandit(
            BudgetedBandit.Settings(
                segments: 2, greatestCosts: costs, budget: budget, horizon: 1, valueScale: Money(minorUnits: 100),
                leastPropensity: 0.1, seed: seed))
        var waiting: [BudgetedBandit.Decision] = []
        var redeemed = Money.zero
        for _ in 0..<400 {
            waiting.append(try bandit.decide(segment: draws.below(2)))
            while !waiting.isEmpty, draws.below(2) == 0 {
                let decision = waiting.remove(at: draws.below(waiting.count))
                let cost = decision.offer.map { costs[$0] } ?? .zero
                if draws.below(5) == 0 {
                    try bandit.apply(.expired(number: decision.number))
                } else {
                    try bandit.apply(
                        .observed(number: decision.number, profit: Money(minorUnits: 1_000_000), cost: cost))
                    redeemed = redeemed + cost
                }
            }
            #expect(bandit.spent == redeemed)
            let open = waiting.reduce(Money.zero) { sum, decision in sum + (decision.offer.map { costs[$0] } ?? .zero) }
            #expect(bandit.promised == open)
            #expect(redeemed + open <= budget)
        }
    }

    @Test func aReplicaThatFoldsTheEventsIsTheSameAndDecidesTheSame() throws {
        let campaign = Campaign(seed: 5)
        let run = try run(campaign, budget: 60_000, horizon: 1_500, delay: 7)
        var replica = try BudgetedBandit(run.bandit.settings)
        for event in run.events {
            if case .decided(let decision) = event {
                #expect(try replica.nextDecision(segment: decision.segment) == decision)
            }
            try replica.apply(event)
        }
        #expect(replica == run.bandit)
        var other = run.bandit.settings
        other.seed += 1
        var stranger = try BudgetedBandit(other)
        let choices = try (0..<50).map { _ in try stranger.decide(segment: 0).offer }
        var again = try BudgetedBandit(run.bandit.settings)
        #expect(try (0..<50).map { _ in try again.decide(segment: 0).offer } != choices)
    }

    @Test func theOrderOfOutcomesDoesNotMatter() throws {
        let campaign = Campaign(seed: 6)
        let run = try run(campaign, budget: 60_000, horizon: 200, delay: 200)
        var draws = Draws(seed: 1, "answers")
        let outcomes = run.events.map { event in
            guard case .decided(let decision) = event else { preconditionFailure("every outcome is late") }
            return campaign.outcome(decision, &draws)
        }
        var (forwards, backwards) = (run.bandit, run.bandit)
        for outcome in outcomes { try forwards.apply(outcome) }
        for outcome in outcomes.reversed() { try backwards.apply(outcome) }
        #expect(forwards == backwards && forwards != run.bandit)
    }

    /// Two independent checks of the propensity: how often each offer is chosen, and who wins draws from the beliefs.
    @Test func thePropensityIsTheChanceOfTheChoice() throws {
        let campaign = Campaign(seed: 7)
        let learned = try run(campaign, budget: 90_000, horizon: 400)
        let rounds = 20_000
        var (chosen, won): ([Int?: Int], [Int?: Int]) = ([:], [:])
        var said: [Int?: Double] = [:]
        for seed in 0..<UInt64(rounds) {
            let decision = try learned.bandit.nextDecision(segment: 1, seed: seed)
            chosen[decision.offer, default: 0] += 1
            said[decision.offer] = decision.propensity
        }
        let arms = learned.bandit.arms[5..<10]
        let left = learned.bandit.settings.budget - learned.bandit.spent
        var draws = Draws(seed: 1, "beliefs")
        for _ in 0..<rounds {
            let samples = arms.enumerated().map { offer, arm -> (Int?, Double) in
                guard offer < 4 else { return (nil, arm.mean + arm.deviation * draws.normal()) }
                let cost = Double(campaign.costs[offer])
                guard cost <= left.real else { return (offer, -.infinity) }
                let net = arm.mean - learned.bandit.shadowPrice * arm.cost(startingAt: cost)
                return (offer, net + arm.deviation * draws.normal())
            }
            won[samples.max { $0.1 < $1.1 }?.0, default: 0] += 1
        }
        #expect(said.count > 2)
        for (offer, propensity) in said {
            let error = 4 * (propensity * (1 - propensity) / Double(rounds)).squareRoot()
            #expect(abs(Double(chosen[offer] ?? 0) / Double(rounds) - propensity) < error)
            #expect(abs(Double(won[offer] ?? 0) / Double(rounds) - propensity) < error + 0.005)
        }
    }

    @Test func eventsThatCannotFollowAreRefusedAndChangeNothing() throws {
        let campaign = Campaign(seed: 8)
        var bandit = try BudgetedBandit(settings(campaign, budget: 400, horizon: 10))
        let first = try bandit.decide(segment: 0)
        let before = bandit
        let number = first.number
        let dear = BudgetedBandit.Decision(number: 1, segment: 0, offer: 3, propensity: 1, shadowPrice: 0)
        let refused: [BudgetedBandit.Event] = [
            .decided(first), .decided(dear),
            .decided(BudgetedBandit.Decision(number: 1, segment: 9, offer: nil, propensity: 1, shadowPrice: 0)),
            .decided(BudgetedBandit.Decision(number: 1, segment: 0, offer: -1, propensity: 1, shadowPrice: 0)),
            .observed(number: 7, profit: .zero, cost: .zero), .expired(number: 7),
            .observed(number: number, profit: .zero, cost: Money(minorUnits: 1_001)),
            .observed(number: number, profit: .zero, cost: Money(minorUnits: -1)),
            .observed(number: number, profit: Money(minorUnits: .min), cost: .zero),
        ]
        for event in refused {
            #expect(throws: BudgetError.self, "\(event)") { try bandit.apply(event) }
            #expect(bandit == before)
        }
        #expect(throws: BudgetError.self) { try bandit.decide(segment: -1) }
        try bandit.apply(.expired(number: number))
        #expect(throws: BudgetError.self) { try bandit.apply(.expired(number: number)) }
    }

    @Test func termsThatMakeNoCampaignAreRefused() throws {
        let good = settings(Campaign(seed: 1), budget: 100, horizon: 10)
        let spoilings: [(inout BudgetedBandit.Settings) -> Void] = [
            { $0.segments = 0 }, { $0.segments = .max }, { $0.budget = Money(minorUnits: -1) }, { $0.horizon = 0 },
            { $0.valueScale = .zero }, { $0.leastPropensity = .nan }, { $0.leastPropensity = 0.2 },
            { $0.greatestCosts[1] = Money(minorUnits: -1) }, { $0.greatestCosts[0] = Money(minorUnits: .max) },
        ]
        for spoil in spoilings {
            var bad = good
            spoil(&bad)
            #expect(throws: BudgetError.self, "\(bad)") { try BudgetedBandit(bad) }
        }
    }

    @Test func theLargestAmountsThereAreDoNotOverflow() throws {
        let large = Money(minorUnits: .max)
        var bandit = try BudgetedBandit(
            BudgetedBandit.Settings(
                segments: 1, greatestCosts: [Money(minorUnits: 1 << 40), .zero], budget: large, horizon: .max,
                valueScale: large, seed: 1))
        for _ in 0..<50 {
            let decision = try bandit.decide(segment: 0)
            #expect(decision.propensity > 0 && decision.propensity <= 1)
            try bandit.apply(
                .observed(
                    number: decision.number, profit: Money(minorUnits: 1 << 40),
                    cost: decision.offer == 0 ? Money(minorUnits: 1) : .zero))
        }
    }
}
