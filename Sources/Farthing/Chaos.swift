import ArgumentParser
import Chaos
import Configuration
import Foundation
import Operations

struct ChaosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Run a cluster under load, break it by a plan, and check what it promises.",
        discussion: """
            Starts a cluster of its own in a folder of its own, loads it, and kills, stops, cuts, fills and starves
            it as the plan says. Every answer is recorded; at the end everything is healed, read back and checked.
            Exits 1 when a promise was broken, 2 when the run could not begin or go on to its end; it keeps the folder
            then. deploy/chaos has plans to start from, docs/operations.md explains them.

              farthing chaos --plan deploy/chaos/kill-worker.yaml --seconds 60
              sudo farthing chaos --plan deploy/chaos/everything.yaml --seconds 120 --json report.json
            """)

    @Option(help: "What shall happen to which cluster under which load.")
    var plan: String

    @Option(help: "How long the load lasts.")
    var seconds = 60.0

    @Option(help: "Of targets, jitter and shoppers, in place of the plan's.")
    var seed: UInt64?

    @Option(help: "Write the report for machines to this file, too.")
    var json: String?

    @Flag(help: "Keep the run's folder: log, journals, configurations.")
    var keep = false

    func validate() throws {
        guard 1...86_400 ~= seconds else { throw ValidationError("--seconds takes 1 to 86400") }
    }

    func run() throws {
        let report = try orStatus2(carryOut)
        print(report.text)
        // A broken promise is the news even where the file cannot be written.
        let broken = report.violations.isEmpty ? nil : ExitCode(1)
        if let json {
            do { try orStatus2 { try write(report, to: json) } } catch { throw broken ?? error }
        }
        if let broken { throw broken }
    }

    private func carryOut() throws -> ChaosReport {
        var plan = try ChaosPlan.load(path: plan)
        if let seed { plan.seed = seed }
        let journal = Journal(process: "chaos")
        let stop = StopSignal()
        let termination = Termination { stop.request() }
        defer { withExtendedLifetime(termination) {} }
        let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let options = ChaosOptions(duration: .seconds(seconds), programs: programs, keepsFolder: keep)
        return try ChaosRun(plan, options, until: stop) { journal.info($0) }.run()
    }

    private func write(_ report: ChaosReport, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try encoder.encode(report).write(to: URL(filePath: path))
    }
}
