// Experiments whose truth is known.

import Domain
import Experiments
import Glibc

/// Users who arrive one after another, half of them treated.
struct PlantedExperiment {
    var users = 2_000
    var rowsPerUser = 1
    /// Added to the mean of a treated user's rows.
    var effect = 0.0
    /// Standard deviation of users around each other, beside rows around their user.
    var userDeviation = 0.0
    var treatedShare = 0.5
    /// Draws what a row of noise is: mean 0.
    var noise: (inout Draws) -> Double = { $0.normal() }

    /// Rows in their order: round after round, every user once. A control is arm 0.
    func table(seed: UInt64) -> ExperimentTable {
        var draws = Draws(seed: seed, "planted experiment")
        var table = ExperimentTable(armNames: ["control", "treated"])
        let arms = (0..<users).map { _ in draws.fraction() < treatedShare ? 1 : 0 }
        let levels = (0..<users).map { _ in userDeviation * draws.normal() }
        var values: [Double] = []
        for round in 0..<rowsPerUser {
            for user in 0..<users {
                table.users.append(user)
                table.arms.append(arms[user])
                table.times.append(Int64(round * users + user))
                values.append(levels[user] + noise(&draws) + (arms[user] == 1 ? effect : 0))
            }
        }
        table.columns = [.init(name: "value", values: values)]
        return table
    }
}

extension ExperimentTable {
    /// What somebody sees who looks after this many rows.
    func seen(rows: Int) -> ExperimentTable {
        var table = ExperimentTable(armNames: armNames)
        table.users = Array(users.prefix(rows))
        table.arms = Array(arms.prefix(rows))
        table.times = Array(times.prefix(rows))
        table.columns = columns.map { Column(name: $0.name, values: Array($0.values.prefix(rows))) }
        table.covariate = Array(covariate.prefix(rows))
        return table
    }

    /// One comparison per look, of the mean per user, or per row.
    func comparisons(looks: [Int], _ metric: Metric = .perUser(column: 0)) -> [ArmComparison] {
        looks.compactMap { look in
            ArmComparison(
                metric, UserTotals(seen(rows: look)), control: 0, treated: 1, boundary: MixtureBoundary())
        }
    }
}

/// What repeated looks at many experiments found.
struct LookingTally {
    var runs = 0
    /// Runs in which some look found a difference.
    var fixedFound = 0
    var sequentialFound = 0
    /// Runs in which some look's interval missed the truth.
    var fixedMissed = 0
    var sequentialMissed = 0

    init(_ experiment: PlantedExperiment, runs: Int, looks: [Int], truth: Double = 0, _ metric: Metric) {
        self.runs = runs
        for seed in 0..<runs {
            let seen = experiment.table(seed: UInt64(seed)).comparisons(looks: looks, metric).compactMap(\.uncertainty)
            if seen.contains(where: { $0.fixedPValue < 0.05 }) { fixedFound += 1 }
            if seen.contains(where: { $0.sequentialPValue < 0.05 }) { sequentialFound += 1 }
            if seen.contains(where: { !$0.fixed.contains(truth) }) { fixedMissed += 1 }
            if seen.contains(where: { !$0.sequential.contains(truth) }) { sequentialMissed += 1 }
        }
    }

    func share(_ found: Int) -> Double { Double(found) / Double(runs) }
}

func exponential(_ value: Double) -> Double { exp(value) }
