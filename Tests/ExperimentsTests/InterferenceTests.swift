// Interference that was planted is told of; arms that leave each other alone are left alone.

import Domain
import Experiments
import Testing

@Suite struct InterferenceTests {
    /// Households of one to four, whose controls lose `spill` for each share of treated mates.
    private func households(spill: Double, seed: UInt64) -> ExperimentTable {
        var draws = Draws(seed: seed, "households")
        var table = ExperimentTable(armNames: ["control", "treated"])
        var values: [Double] = []
        for household in 0..<1_500 {
            // Larger households spend more, whoever is treated.
            let size = 1 + draws.below(4)
            let level = Double(size) + draws.normal()
            let arms = (0..<size).map { _ in draws.below(2) }
            for arm in arms {
                let mates = Double(arms.reduce(0, +) - arm) / Double(max(1, size - 1))
                table.users.append(values.count)
                table.times.append(Int64(values.count))
                table.arms.append(arm)
                table.clusters.append(household)
                values.append(level + draws.normal() - (arm == 0 ? spill * mates : 0))
            }
        }
        table.columns = [.init(name: "value", values: values)]
        return table
    }

    private func split(_ table: ExperimentTable) -> SplitClusters? {
        SplitClusters(table, UserTotals(table), control: 0, column: 0)
    }

    @Test func splitHouseholdsAreCountedAndTheirSpillIsMeasured() throws {
        var (alarms, found) = (0, 0)
        for seed in 0..<100 {
            let quiet = try #require(split(households(spill: 0, seed: UInt64(seed))))
            #expect(quiet.split > 500 && quiet.split < quiet.clusters)
            if try #require(quiet.spill).pValue < 0.05 { alarms += 1 }
            let loudly = try #require(split(households(spill: 0.7, seed: UInt64(seed))))
            let loud = try #require(loudly.spill)
            if loud.pValue < Interference.level, loud.value < 0 { found += 1 }
        }
        #expect(alarms <= 12)
        #expect(found >= 90)
    }

    @Test func householdsInOneArmAreNoInterference() {
        var table = households(spill: 0, seed: 1)
        table.arms = table.clusters.map { $0 % 2 }
        let plan = ExperimentPlan(control: 0, shares: [0.5, 0.5], goal: .perUser(column: 0))
        #expect(ExperimentAnalysis(table, plan).interference(table).isEmpty)
    }

    /// Items whose controls buy less where more are treated; the treated share is ramped up while demand grows.
    private func market(taken: Double, seed: UInt64) -> ExperimentTable {
        var draws = Draws(seed: seed, "market")
        var table = ExperimentTable(armNames: ["control", "treated"])
        let popularity = (0..<80).map { _ in 0.1 + 0.3 * draws.fraction() }
        var values: [Double] = []
        for period in 0..<12 {
            for item in 0..<80 {
                let share = min(0.9, max(0.1, 0.05 * Double(period) + 0.4 * draws.fraction()))
                for _ in 0..<25 {
                    let arm = draws.fraction() < share ? 1 : 0
                    let chance = popularity[item] + 0.02 * Double(period) - (arm == 0 ? taken * (share - 0.5) : 0)
                    table.users.append(values.count)
                    table.arms.append(arm)
                    table.times.append(Int64(period))
                    table.items.append(item)
                    values.append(draws.fraction() < chance ? 1 : 0)
                }
            }
        }
        table.columns = [.init(name: "bought", values: values)]
        return table
    }

    @Test func purchasesThatMoveBetweenArmsAreSeenAndGrowingDemandIsNot() throws {
        var (alarms, found) = (0, 0)
        for seed in 0..<60 {
            for taken in [0, 0.25] {
                let table = market(taken: taken, seed: UInt64(seed))
                let slope = try #require(Substitution(table, UserTotals(table), control: 0, column: 0)).slope
                if taken == 0, slope.pValue < 0.05 { alarms += 1 }
                if taken > 0, slope.pValue < Interference.level, slope.value < 0 { found += 1 }
            }
        }
        #expect(alarms <= 9)
        #expect(found >= 54)
    }
}
