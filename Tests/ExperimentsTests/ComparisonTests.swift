// What a comparison makes of rows: users as units, covariates of before, ratios of sums, and nothing where there is
// nothing to say.

import Domain
import Experiments
import Testing

@Suite struct ComparisonTests {
    private func compare(_ table: ExperimentTable, _ metric: Metric) -> ArmComparison? {
        ArmComparison(metric, UserTotals(table), control: 0, treated: 1, boundary: MixtureBoundary())
    }

    @Test func theOrderOfRowsOfDifferentTimesIsImmaterial() throws {
        let table = PlantedExperiment(users: 300, rowsPerUser: 3).table(seed: 1)
        var reversed = table
        reversed.users.reverse()
        reversed.arms.reverse()
        reversed.times.reverse()
        reversed.columns[0].values.reverse()
        let (one, other) = (
            try #require(compare(table, .perUser(column: 0))), try #require(compare(reversed, .perUser(column: 0)))
        )
        #expect(abs(one.difference - other.difference) < 1e-12)
    }

    @Test func aCovariateOfBeforeNarrowsTheIntervalAndMovesNothing() throws {
        var gains: [Double] = []
        var differences: [Double] = []
        for seed in 0..<40 {
            var table = PlantedExperiment(users: 1_000, effect: 0.5, userDeviation: 2).table(seed: UInt64(seed))
            let raw = try #require(compare(table, .perUser(column: 0)))
            var draws = Draws(seed: UInt64(seed), "covariate")
            // What the user did before: the value without the effect, seen with noise; unknown for one in ten.
            table.covariate = table.columns[0].values.indices.map { row in
                let before = table.columns[0].values[row] - (table.arms[row] == 1 ? 0.5 : 0) + draws.normal()
                return draws.fraction() < 0.1 ? .nan : before
            }
            let adjusted = try #require(compare(table, .perUser(column: 0)))
            gains.append(try #require(adjusted.uncertainty).varianceReduction)
            differences.append(adjusted.difference)
            #expect(try #require(raw.uncertainty).varianceReduction == 0)
        }
        let mean = differences.reduce(0, +) / 40
        #expect(abs(mean - 0.5) < 3 * 0.07 / 40.0.squareRoot())
        // 5/6 of the variance of nine users in ten.
        #expect(abs(gains.reduce(0, +) / 40 - 0.75) < 0.03)
    }

    @Test func aRatioOfSumsHasTheSpreadThatFreshUsersShow() throws {
        // Users with one to five rows, whose rate rises with the number of their rows.
        func table(_ seed: UInt64) -> ExperimentTable {
            var draws = Draws(seed: seed, "ratio")
            var table = ExperimentTable(armNames: ["control", "treated"])
            var bought: [Double] = []
            for user in 0..<800 {
                let (arm, rows) = (draws.below(2), 1 + draws.below(5))
                for row in 0..<rows {
                    table.users.append(user)
                    table.arms.append(arm)
                    table.times.append(Int64(user * 10 + row))
                    bought.append(draws.fraction() < 0.1 * Double(rows) ? 1 : 0)
                }
            }
            table.columns = [.init(name: "bought", values: bought)]
            return table
        }
        var differences: [Double] = []
        var errors: [Double] = []
        for seed in 0..<400 {
            let comparison = try #require(compare(table(UInt64(seed)), .perRow(column: 0)))
            differences.append(comparison.difference)
            errors.append(try #require(comparison.uncertainty).standardError)
        }
        let spread = (differences.reduce(0) { $0 + $1 * $1 } / 400).squareRoot()
        let claimed = errors.reduce(0, +) / 400
        #expect(abs(claimed / spread - 1) < 0.11)
    }

    @Test func fewUsersOrEqualOnesHaveNoInterval() throws {
        let few = PlantedExperiment(users: 20).table(seed: 3)
        #expect(try #require(compare(few, .perUser(column: 0))).uncertainty == nil)
        var equal = PlantedExperiment(users: 200).table(seed: 3)
        equal.columns[0].values = equal.columns[0].values.map { _ in 0 }
        #expect(try #require(compare(equal, .perUser(column: 0))).uncertainty == nil)
        #expect(compare(equal, .ratio(numerator: 0, denominator: 0)) == nil)
    }
}
