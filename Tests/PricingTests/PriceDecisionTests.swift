import Domain
import Pricing
import Testing

@Suite struct PriceDecisionTests {
    private func situations(_ count: Int) throws -> [Situation] {
        var lottery = Lottery(seed: 21)
        return try (0..<count).map { _ in try Situation(&lottery) }
    }

    @Test func everyDecisionKeepsEveryLaw() throws {
        for situation in try situations(20_000) {
            let broken = situation.broken(by: PriceDecision.personal)
            #expect(broken.isEmpty, "\(broken) in \(situation)")
        }
    }

    @Test func everyDecisionIsWithinTheGuardrails() throws {
        for situation in try situations(5_000) {
            var trail = PriceTrail()
            let price = PriceDecision.personal(situation.curve, situation.context, situation.policy, &trail)
            #expect(PriceDecision.isWithinGuardrails(price, situation.context, situation.policy))
        }
    }

    /// Decisions that each forget one thing, and the law that must notice.
    private static let mutants: [(law: PriceLaw, decision: Decision)] = [
        (
            .atMostThePromise,
            { curve, context, policy, trail in
                var forgetful = context
                forgetful.promised = nil
                return PriceDecision.personal(curve, forgetful, policy, &trail)
            }
        ),
        (
            .atLeastTheFloor,
            { curve, context, policy, trail in
                var careless = context
                careless.row.unitCost = .zero
                careless.row.minimumPrice = nil
                return PriceDecision.personal(curve, careless, policy, &trail)
            }
        ),
        (
            .withinTheDailyMove,
            { curve, context, policy, trail in
                var hasty = policy
                hasty.largestDailyMoveRatio = 10
                return PriceDecision.personal(curve, context, hasty, &trail)
            }
        ),
        (
            .atMostTheListPrice,
            { curve, context, policy, trail in
                var greedy = context
                greedy.row.listPrice = money(2 * context.row.listPrice.minorUnits)
                return PriceDecision.personal(curve, greedy, policy, &trail)
            }
        ),
        (
            .trailEndsInThePrice,
            { curve, context, policy, trail in
                let price = PriceDecision.personal(curve, context, policy, &trail)
                return money(max(1, price.minorUnits - 1))
            }
        ),
        (.positive, { _, _, _, _ in .zero }),
    ]

    @Test(arguments: mutants.indices)
    func aDecisionThatForgetsARuleIsCaught(_ index: Int) throws {
        let mutant = Self.mutants[index]
        let caught = try situations(500).count { $0.broken(by: mutant.decision).contains(mutant.law) }
        #expect(caught > 0, "\(mutant.law)")
    }

    @Test func everyLawHasADecisionThatBreaksIt() {
        #expect(Set(Self.mutants.map(\.law)) == Set(PriceLaw.allCases))
    }

    @Test func theGuardrailsRefuseWhatNoRuleProduces() throws {
        let context = PriceContext(row: try row(list: 200, cost: 100), yesterday: nil, promised: nil)
        let policy = policy(margin: 0.05)
        for (price, fine) in [(Int64(0), false), (-1, false), (104, false), (105, true), (200, true), (201, false)] {
            #expect(PriceDecision.isWithinGuardrails(money(price), context, policy) == fine)
        }
        let promised = PriceContext(row: context.row, yesterday: nil, promised: money(90))
        #expect(PriceDecision.isWithinGuardrails(money(90), promised, policy))
        #expect(!PriceDecision.isWithinGuardrails(money(89), promised, policy))
    }

    @Test func theTrailIsTheSameWhetherStepsAreKeptOrNot() throws {
        for situation in try situations(2_000) {
            var brief = PriceTrail()
            var full = PriceTrail(keepingSteps: true)
            let price = PriceDecision.personal(situation.curve, situation.context, situation.policy, &brief)
            #expect(PriceDecision.personal(situation.curve, situation.context, situation.policy, &full) == price)
            #expect(brief.reasons == full.reasons)
            #expect(brief.steps == nil)
            #expect(
                full.steps?.map(\.reason)
                    == full.steps.map { steps in
                        PriceReason.allCases.filter(Set(steps.map(\.reason)).contains)
                    }, "each rule acts once, in its order")
        }
    }

    // MARK: - Promises

    @Test func aDropIsPassedOnAndARiseWaits() throws {
        let row = try row(list: 300, cost: 100)
        let policy = policy()
        var trail = PriceTrail()
        let free = PriceDecision.personal(
            curve(bestAt: 200, cost: 100), PriceContext(row: row, yesterday: nil, promised: nil), policy, &trail)
        #expect(free == money(200))
        for (promised, paid, isSticky) in [(Int64(190), Int64(190), true), (200, 200, false), (210, 200, false)] {
            var trail = PriceTrail()
            let context = PriceContext(row: row, yesterday: nil, promised: money(promised))
            let price = PriceDecision.personal(curve(bestAt: 200, cost: 100), context, policy, &trail)
            #expect(price == money(paid))
            #expect(trail.reasons.contains(.sticky) == isSticky)
        }
    }

    @Test func aPromiseIsKeptEvenBelowANewFloor() throws {
        let context = PriceContext(row: try row(list: 300, cost: 280), yesterday: nil, promised: money(150))
        var trail = PriceTrail()
        let price = PriceDecision.personal(curve(bestAt: 200, cost: 100), context, policy(margin: 0.05), &trail)
        #expect(price == money(150))
    }

    @Test func thePublicPriceIsTheListPriceUnlessLessWasPromised() throws {
        for (promised, paid) in [(nil, Int64(200)), (money(150), 150), (money(250), 200)] {
            var trail = PriceTrail(keepingSteps: true)
            let context = PriceContext(row: try row(list: 200), yesterday: money(120), promised: promised)
            #expect(PriceDecision.list(because: .controlArm, context, &trail) == money(paid))
            #expect(trail.steps?.first == PriceStep(reason: .controlArm, price: money(200)))
            #expect(trail.steps?.last?.price == money(paid))
        }
    }

    // MARK: - Reasons

    @Test func eachRuleThatActsIsNamedWithThePriceItLeft() throws {
        let context = PriceContext(row: try row(list: 300, cost: 100), yesterday: money(290), promised: money(259))
        var trail = PriceTrail(keepingSteps: true)
        let price = PriceDecision.personal(
            curve(bestAt: 200, cost: 100), context,
            policy(smoothing: 0.5, dailyMove: 0.1, ending: .nine), &trail)
        #expect(
            trail.steps == [
                PriceStep(reason: .optimum, price: money(200)),
                PriceStep(reason: .smoothed, price: money(245)),
                PriceStep(reason: .dailyMove, price: money(261)),
                PriceStep(reason: .priceEnding, price: money(259)),
            ])
        #expect(price == money(259))
    }

    @Test func anOptimumAtABoundSaysWhichBound() throws {
        var low = PriceTrail()
        let context = PriceContext(row: try row(list: 300, cost: 100), yesterday: nil, promised: nil)
        _ = PriceDecision.personal(curve(bestAt: 200, cost: 100), context, policy(.conversion, margin: 0.1), &low)
        #expect(low.reasons == [.optimum, .floor])
        var high = PriceTrail()
        _ = PriceDecision.personal(
            DemandCurve(intercept: 0, slope: 0.5, reference: 200, centre: 0), context, policy(), &high)
        #expect(high.reasons == [.optimum, .ceiling])
    }

    @Test func aCurveThatIsNoNumberGetsTheListPrice() throws {
        let context = PriceContext(row: try row(list: 300, cost: 100), yesterday: nil, promised: nil)
        for bad in [Double.nan, .infinity] {
            var trail = PriceTrail()
            let curve = DemandCurve(intercept: bad, slope: bad, reference: bad, centre: bad)
            let price = PriceDecision.personal(curve, context, policy(), &trail)
            #expect(PriceDecision.isWithinGuardrails(price, context, policy()))
        }
    }
}
