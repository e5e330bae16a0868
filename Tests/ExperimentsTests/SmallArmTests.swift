// A small arm with few purchases or none proves nothing, however sure its own variance is; equal arms lose nothing.

import Domain
import Experiments
import Testing

@Suite struct SmallArmTests {
    /// Five looks of one experiment, five thousand users at the last.
    private static let looks = [700, 1_200, 2_000, 3_200, 5_000]

    /// One row a user, the control with this share of them; `outcome` is drawn given whether the user is treated.
    private func table(
        users: Int, controlShare: Double, seed: UInt64, outcome: (inout Draws, Bool) -> Double
    ) -> ExperimentTable {
        var draws = Draws(seed: seed, "small arm")
        var table = ExperimentTable(armNames: ["control", "treated"])
        var values: [Double] = []
        for user in 0..<users {
            let arm = draws.fraction() < controlShare ? 0 : 1
            table.users.append(user)
            table.arms.append(arm)
            table.times.append(Int64(user))
            values.append(outcome(&draws, arm == 1))
        }
        table.columns = [.init(name: "value", values: values)]
        return table
    }

    private func revenue(_ draws: inout Draws, conversion: Double) -> Double {
        draws.fraction() < conversion ? exponential(1.6 * draws.normal()) : 0
    }

    private func verdicts(_ table: ExperimentTable, controlShare: Double, looks: [Int]) -> [Verdict] {
        let plan = ExperimentPlan(
            control: 0, shares: [controlShare, 1 - controlShare], goal: .perUser(column: 0))
        return looks.map { ExperimentAnalysis(table.seen(rows: $0), plan).verdict(arm: 1) }
    }

    /// Experiments of forty in which some look said better or worse.
    private func decided(
        users: Int = 5_000, controlShare: Double, looks: [Int] = looks, outcome: (inout Draws, Bool) -> Double
    ) -> Int {
        (0..<40).count { seed in
            let table = table(users: users, controlShare: controlShare, seed: UInt64(seed), outcome: outcome)
            return verdicts(table, controlShare: controlShare, looks: looks).contains { $0 == .better || $0 == .worse }
        }
    }

    @Test(arguments: [
        (0.05, 0.005), (0.05, 0.01), (0.05, 0.05), (0.05, 0.1), (0.1, 0.005), (0.1, 0.02), (0.1, 0.05), (0.5, 0.01),
    ])
    func equalConversionsOfUnequalArmsGetNoVerdict(controlShare: Double, conversion: Double) {
        let found = decided(controlShare: controlShare) { draws, _ in draws.fraction() < conversion ? 1 : 0 }
        #expect(found <= 2)
    }

    @Test(arguments: [0.05, 0.1]) func equalHeavyTailedRevenueOfUnequalArmsGetsNoVerdict(controlShare: Double) {
        #expect(decided(controlShare: controlShare) { draws, _ in revenue(&draws, conversion: 0.05) } <= 2)
    }

    @Test func noBuyerOfFortyAgainstFewOfManyIsTooLittleToSay() throws {
        // Fisher's exact test gives 1.0.
        var table = ExperimentTable(armNames: ["control", "treated"])
        table.users = Array(0..<2_000)
        table.arms = table.users.map { $0 % 50 == 0 ? 0 : 1 }
        table.times = table.users.map { Int64($0) }
        let buyers = table.users.map { $0 % 50 == 1 && $0 < 1_050 ? 1.0 : 0 }
        table.columns = [.init(name: "buyer", values: buyers)]
        #expect(buyers.reduce(0, +) == 21)
        let plan = ExperimentPlan(control: 0, shares: [0.02, 0.98], goal: .perUser(column: 0))
        let analysis = ExperimentAnalysis(table, plan)
        #expect(analysis.mistrust.isEmpty)
        #expect(analysis.verdict(arm: 1) == .undecided)
        let comparison = try #require(analysis.comparison(plan.goal, arm: 1))
        #expect(comparison.uncertainty == nil)
        #expect(!comparison.isCertain)
        // Sixteen buyers among one user in fifty, of whom one in ninety-five buys.
        let needed = Double(try #require(comparison.usersNeeded))
        #expect(abs(needed / (16 * 50 * 2_000 / 21) - 1) < 0.15)
    }

    @Test func theUsersNeededAreEnough() throws {
        for seed in 0..<20 {
            func compare(_ users: Int) throws -> ArmComparison {
                let table = table(users: users, controlShare: 0.05, seed: UInt64(seed)) { draws, _ in
                    draws.fraction() < 0.05 ? 1 : 0
                }
                return try #require(table.comparisons(looks: [users]).first)
            }
            let early = try compare(1_500)
            #expect(early.uncertainty == nil)
            let needed = try #require(early.usersNeeded)
            #expect(try compare(2 * needed).uncertainty != nil)
            #expect(try compare(needed / 2).uncertainty == nil)
        }
    }

    @Test func intervalsOfUnequalArmsHoldARealEffect() {
        // One control in a hundred buys and three treated: the treated arm is the small one.
        let looks = [1_200, 2_000, 3_200, 5_000, 8_000, 12_000]
        let missed = (0..<100).count { seed in
            table(users: 12_000, controlShare: 0.9, seed: UInt64(seed)) { draws, isTreated in
                draws.fraction() < (isTreated ? 0.03 : 0.01) ? 1 : 0
            }
            .comparisons(looks: looks).compactMap(\.uncertainty).contains { !$0.sequential.contains(0.02) }
        }
        #expect(missed <= 5 + 6)
    }

    @Test func largeEffectsAreStillFound() {
        let doubled = { (draws: inout Draws, isTreated: Bool) -> Double in
            draws.fraction() < (isTreated ? 0.1 : 0.05) ? 1 : 0
        }
        #expect(decided(controlShare: 0.5, outcome: doubled) >= 38)
        #expect(decided(users: 10_000, controlShare: 0.1, looks: [10_000], outcome: doubled) >= 38)
        let richer = decided(users: 20_000, controlShare: 0.5, looks: [20_000]) { draws, isTreated in
            revenue(&draws, conversion: isTreated ? 0.1 : 0.05)
        }
        #expect(richer >= 32)
    }

    @Test func equalArmsOfASkewedOutcomeNeedNoMoreUsersThanBefore() throws {
        var table = table(users: 400, controlShare: 0.5, seed: 1) { draws, _ in revenue(&draws, conversion: 0.02) }
        table.arms = table.users.map { $0 % 2 }
        #expect(try #require(table.comparisons(looks: [400]).first).uncertainty != nil)
    }

    @Test func aSkewedCovariateDoesNotAccuseASmallArm() {
        let accused = (0..<100).count { seed in
            var table = table(users: 3_000, controlShare: 0.05, seed: UInt64(seed)) { draws, _ in
                revenue(&draws, conversion: 0.05)
            }
            table.covariate = table.columns[0].values
            let plan = ExperimentPlan(control: 0, shares: [0.05, 0.95], goal: .perUser(column: 0))
            return ExperimentAnalysis(table, plan).mistrust.contains { if case .covariate = $0 { true } else { false } }
        }
        #expect(accused <= 3)
    }
}
