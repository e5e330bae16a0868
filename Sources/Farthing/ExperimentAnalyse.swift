import ArgumentParser
import Domain
import Experiments
import Foundation
import Learning
import Operations

struct ExperimentAnalyse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyse",
        abstract: "Compare arms, with intervals that hold at every look.",
        discussion: """
            Reads a CSV user,arm,time and metrics, one row for each exposure or each user and day, or a log of exposures
            (arm, price, unit_cost, bought), whose metrics are profit, revenue and conversion. The first metric per user
            decides. Look as often as you like: the interval "at any look" holds at all looks at once.

              farthing experiment analyse --input rows.csv --metric revenue --covariate revenue_before
              farthing experiment analyse --input exposures.csv --share control=0.1 --share personal=0.9

            When the arms are not comparable (a sample-ratio mismatch, users in two arms, arms that differed before) or
            whole clusters were assigned, no verdict is given and the status is 1. Small arms of rare purchases are
            “undecided: too little to say” until there are enough.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "The rows: a CSV, plain or gzip.")
    var input: String

    @Option(help: "The arm to compare with; “control”, or the first in the alphabet, unless given.")
    var control: String?

    @Option(help: "A column to compare; the first decides. Repeat it for several; every one unless given.")
    var metric: [String] = []

    @Option(help: "Two columns whose ratio of sums to compare, as revenue/visits; “rows” counts rows.")
    var ratio: [String] = []

    @Flag(help: "The metric that decides is better when it is lower.")
    var lowerIsBetter = false

    @Option(name: .customLong("guard"), help: "A column that must not fall. Repeat it for several.")
    var guards: [String] = []

    @Option(help: "A column that must not rise. Repeat it for several.")
    var guardLow: [String] = []

    @Option(help: "A column known of each user before the experiment: makes intervals narrower.")
    var covariate: String?

    @Option(help: "A column with the household, shop or other cluster of the user; “cluster” unless given.")
    var cluster: String?

    @Option(help: "The share of users planned for an arm, as control=0.1; equal ones unless given.")
    var share: [String] = []

    @Option(help: "Rows at which the interval is to be narrowest. Choose before looking, and never again.")
    var tunedTo = 5_000

    func validate() throws {
        guard (1...1_000_000_000).contains(tunedTo) else {
            throw ValidationError("Give --tuned-to a number of rows from 1 to 1,000,000,000.")
        }
    }

    func run() throws {
        let report = try orStatus2 {
            var columns = ExperimentFile.Columns()
            columns.metrics = metric
            columns.ratios = try ratio.map { text in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2, !parts.contains(""), parts[0] != "rows" else {
                    throw ValidationError("Give --ratio two columns, as revenue/visits: found “\(text)”.")
                }
                return (parts[0], parts[1])
            }
            columns.guards = guards + guardLow
            columns.covariate = covariate
            columns.cluster = cluster
            let file = try ExperimentFile(path: input, columns)
            return ExperimentReport(file, try plan(file))
        }
        try output.report(report) { report.text }
        if !report.mistrust.isEmpty { throw ExitCode(1) }
    }

    private func plan(_ file: ExperimentFile) throws -> ExperimentPlan {
        guard let goal = file.metrics.first(where: { !(guards + guardLow).contains($0.name) }) else {
            throw LearningError(
                place: "--metric", value: "only guards", remedy: "Name a metric that decides and is no guard.")
        }
        let shares = try share.map { text in
            guard let split = text.lastIndex(of: "="), let share = Double(text[text.index(after: split)...]) else {
                throw ValidationError("Give --share an arm and its share, as control=0.1: found “\(text)”.")
            }
            return (String(text[..<split]), share)
        }
        var plan = ExperimentPlan(
            control: try file.control(named: control), shares: try file.shares(shares), goal: goal.metric)
        plan.isLowerBetter = lowerIsBetter
        plan.guards =
            guards.compactMap(file.perUser).map { .init($0, isLowerBetter: false) }
            + guardLow.compactMap(file.perUser).map { .init($0, isLowerBetter: true) }
        plan.boundary = MixtureBoundary(tunedTo: tunedTo)
        return plan
    }
}
