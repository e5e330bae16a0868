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
            Exits 1 when a promise was broken, and keeps the folder then. deploy/chaos has plans to start from,
            docs/operations.md explains them.

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
        var plan = try ChaosPlan.load(path: plan)
        if let seed { plan.seed = seed }
        let journal = Journal(process: "chaos")
        let stop = StopSignal()
        let termination = Termination { stop.request() }
        defer { withExtendedLifetime(termination) {} }
        let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let options = ChaosOptions(duration: .seconds(seconds), programs: programs, keepsFolder: keep)
        let report = try ChaosRun(plan, options, until: stop) { journal.info($0) }.run()
        print(report.text)
        if let json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try encoder.encode(report).write(to: URL(filePath: json))
        }
        if !report.violations.isEmpty { throw ExitCode.failure }
    }
}
