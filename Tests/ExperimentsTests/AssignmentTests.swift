// Whether an experiment can be believed: false alarms are rare however often one looks, planted faults are found, and a
// verdict is refused.

import Domain
import Experiments
import Testing

@Suite struct AssignmentTests {
    private func plan(_ shares: [Double] = [0.5, 0.5]) -> ExperimentPlan {
        ExperimentPlan(control: 0, shares: shares, goal: .perUser(column: 0))
    }

    private func ratio(_ table: ExperimentTable, _ shares: [Double]) -> SampleRatio {
        SampleRatio(UserTotals(table), planned: shares)
    }

    @Test(arguments: [0.5, 0.1]) func sharesAsPlannedAreRarelyDoubted(treated: Double) {
        // The record over all users is what somebody sees who looks after each.
        var alarms = 0
        for seed in 0..<1_000 {
            let table = PlantedExperiment(users: 2_000, treatedShare: treated).table(seed: UInt64(seed))
            if ratio(table, [1 - treated, treated]).isMismatch { alarms += 1 }
        }
        #expect(alarms <= 20)
    }

    @Test func thePValueOfOneLookIsEven() {
        var small = 0
        for seed in 0..<1_000 {
            let table = PlantedExperiment(users: 1_000).table(seed: UInt64(seed) + 7_000)
            if (ratio(table, [0.5, 0.5]).pValue ?? 1) < 0.1 { small += 1 }
        }
        #expect(abs(small - 100) < 30)
    }

    @Test func lostUsersAreFoundAndNoVerdictIsGiven() {
        var found = 0
        for seed in 0..<100 {
            // One treated user in ten was lost.
            let table = PlantedExperiment(users: 10_000, effect: 1, treatedShare: 0.45 / 0.95).table(seed: UInt64(seed))
            let analysis = ExperimentAnalysis(table, plan())
            if analysis.verdict(arm: 1) == .refused { found += 1 }
        }
        #expect(found >= 95)
    }

    @Test func usersInTwoArmsAreCountedAndRefused() {
        var table = PlantedExperiment(users: 1_000, rowsPerUser: 2, effect: 1).table(seed: 5)
        #expect(ExperimentAnalysis(table, plan()).verdict(arm: 1) == .better)
        for user in 0..<30 { table.arms[1_000 + user] = 1 - table.arms[user] }
        let analysis = ExperimentAnalysis(table, plan())
        #expect(analysis.mistrust == [.usersInTwoArms(30)])
        #expect(analysis.verdict(arm: 1) == .refused)
    }

    @Test func armsThatDifferedBeforeAreRefused() {
        var (found, alarms) = (0, 0)
        for seed in 0..<200 {
            var table = PlantedExperiment(users: 2_000).table(seed: UInt64(seed))
            table.covariate = table.columns[0].values
            if !ExperimentAnalysis(table, plan()).mistrust.isEmpty { alarms += 1 }
            table.covariate = table.covariate.indices.map { table.covariate[$0] + (table.arms[$0] == 1 ? 0.25 : 0) }
            let mistrust = ExperimentAnalysis(table, plan()).mistrust
            if mistrust.contains(where: { if case .covariate = $0 { true } else { false } }) { found += 1 }
        }
        #expect(found >= 190)
        #expect(alarms <= 8)
    }

    @Test func aGuardThatGotWorseOutweighsAGoalThatGotBetter() {
        var table = PlantedExperiment(users: 4_000, effect: 0.5).table(seed: 9)
        #expect(ExperimentAnalysis(table, plan()).verdict(arm: 1) == .better)
        var draws = Draws(seed: 9, "returns")
        let returned = table.arms.map { draws.fraction() < ($0 == 1 ? 0.3 : 0.2) ? 1.0 : 0.0 }
        table.columns.append(.init(name: "returned", values: returned))
        var guarded = plan()
        guarded.guards = [.init(.perUser(column: 1), isLowerBetter: true)]
        #expect(ExperimentAnalysis(table, guarded).verdict(arm: 1) == .harmful)
        guarded.guards = [.init(.perUser(column: 1), isLowerBetter: false)]
        #expect(ExperimentAnalysis(table, guarded).verdict(arm: 1) == .better)
        // Everybody in the new arm, nobody in the other: no variance, and no doubt.
        table.columns.append(.init(name: "crashed", values: table.arms.map { $0 == 1 ? 1 : 0 }))
        guarded.guards = [.init(.perUser(column: 2), isLowerBetter: true)]
        #expect(ExperimentAnalysis(table, guarded).verdict(arm: 1) == .harmful)
        table.columns[2].values = table.arms.map { _ in 1 }
        #expect(ExperimentAnalysis(table, guarded).verdict(arm: 1) == .better)
    }
}
