import Domain
import Promotions
import Testing
import World

@Suite struct OfferCourseTests {
    private typealias Policy = OfferCourse.Policy

    private func course(
        seed: UInt64 = 1, decisions: Int = 20_000, perDecision: Int64 = 60, delay: Int = 0,
        _ record: (OfferCourse.Outcome) throws -> Void = { _ in }
    ) throws -> OfferCourse {
        var settings = OfferCourse.Settings(
            decisions: decisions, budget: Money(minorUnits: perDecision * Int64(decisions)))
        settings.delay = delay
        var course = OfferCourse(OfferCampaign(seed: seed, segments: 4, offers: 4), settings)
        try course.run(record)
        return course
    }

    @Test func whoLearnsBeatsTheSameOfferForAllAndChance() throws {
        var sum = 0.0
        for seed in 1...6 as ClosedRange<UInt64> {
            let end = try #require(try course(seed: seed).stretches.last)
            let shares = try Policy.allCases.map { try #require(end.share($0)) }
            #expect(shares[1] == 1)
            #expect(shares[0] > shares[2] + 0.1 && shares[0] > shares[3] + 0.2, "seed \(seed): \(shares)")
            // Nobody earns more than the plan but by luck with what is redeemed.
            #expect(shares.allSatisfy { $0 < 1.01 })
            sum += shares[0]
        }
        #expect(sum / 6 > 0.85, "\(sum / 6)")
    }

    @Test func noPolicyEverSpendsMoreThanTheBudget() throws {
        for perDecision in [0, 1, 60, 5_000] as [Int64] {
            let course = try course(decisions: 2_000, perDecision: perDecision, delay: 50)
            for stretch in course.stretches {
                for policy in Policy.allCases {
                    let spent = try #require(stretch.spent[policy])
                    #expect(spent <= course.settings.budget, "\(policy) at \(perDecision)")
                }
            }
            if perDecision == 0 { #expect(course.stretches.last?.gains.values.allSatisfy { $0 == 0 } ?? false) }
        }
    }

    @Test func aLongerCampaignComesCloserToThePlan() throws {
        let shares = try [1_000, 10_000].map { decisions in
            try (1...5 as ClosedRange<UInt64>).reduce(0.0) { sum, seed in
                let stretches = try course(seed: seed, decisions: decisions).stretches
                #expect(stretches.map(\.decisions) == (1...10).map { decisions / 10 * $0 })
                return sum + (try #require(stretches.last?.share(.bandit))) / 5
            }
        }
        #expect(shares[1] > shares[0] + 0.1, "\(shares)")
    }

    @Test func theLogHoldsEveryDecisionAndWhatItCost() throws {
        var outcomes: [OfferCourse.Outcome] = []
        let course = try course(decisions: 3_000, delay: 100) { outcomes.append($0) }
        #expect(outcomes.map(\.decision.number) == Array(0..<3_000))
        #expect(outcomes.allSatisfy { $0.decision.propensity > 0 && $0.decision.propensity <= 1 })
        #expect(outcomes.reduce(Money.zero) { $0 + $1.cost } == course.stretches.last?.spent[.bandit])
        // Weighted by their chances, what was not drawn is there, too.
        let nothing = outcomes.filter { $0.decision.offer == nil }
        #expect(abs(nothing.reduce(0) { $0 + 1 / $1.decision.propensity } / 3_000 - 1) < 0.25)
    }

    @Test func aSeedIsAWholeCampaign() throws {
        let one = try course(seed: 5, decisions: 1_000)
        #expect(one.stretches == (try course(seed: 5, decisions: 1_000)).stretches)
        #expect(one.stretches != (try course(seed: 6, decisions: 1_000)).stretches)
    }

    /// What shoppers do on average is what the campaign says they do.
    @Test func answersAreThoseOfTheTruth() {
        let campaign = OfferCampaign(seed: 3, segments: 2, offers: 3)
        for offer in [nil, 0, 2] as [Int?] {
            var (profit, cost, expected, rows) = (0.0, 0.0, (0.0, 0.0), 0.0)
            for number in 0..<20_000 as Range<UInt64> {
                let answer = campaign.answer(number, offer)
                let segment = campaign.segment(of: number)
                profit += answer.profit.real
                cost += answer.cost.real
                expected.0 += campaign.profits[segment][offer ?? 3]
                expected.1 += campaign.cost(segment, offer)
                rows += 1
            }
            #expect(abs(profit - expected.0) / rows < 12)
            #expect(abs(cost - expected.1) / rows < 8)
        }
    }
}
