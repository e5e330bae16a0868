import ArgumentParser
import Domain
import Foundation
import Simulation

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run whole clusters in simulated time, break them in every way, and check what must hold.",
        discussion: """
            Routers, workers, clients, log, network, disks and clocks run in one thread from one seed. Each seed draws
            its own cluster, its own load and its own mix of faults. A violation ends the run, is replayed with a trace,
            and makes the command exit 1; a trace that cannot be written, 2. The same seed gives the same run.

              farthing simulate --seed 7 --hours 1                 one run
              farthing simulate --seed 1 --hours 1 --runs 1000     seeds 1 to 1000
              farthing simulate --seed 7 --hours 1 --trace run.txt everything that happened, as text
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "Simulated hours of each run.")
    var hours: Double = 1

    @Option(help: "How many seeds, one run each.")
    var runs: UInt64 = 1

    @Option(help: "Runs at a time.")
    var jobs = 2

    @Option(help: "Write the latest 200,000 lines of the trace to this file. For one run.")
    var trace: String?

    @Option(help: "Lines of trace shown after a violation.")
    var lines = 60

    @Flag(help: "Name each seed before it runs, so that one that stops the process is known.")
    var verbose = false

    @Option(help: "Make this mistake on purpose; needs a build by scripts/planted-bugs.")
    var planted: String?

    @Flag(help: "Only name the mistakes that can be made on purpose.")
    var listPlanted = false

    func validate() throws {
        guard hours > 0, hours <= 10_000 else { throw ValidationError("--hours: give more than 0, at most 10000.") }
        guard runs > 0, jobs > 0 else { throw ValidationError("--runs, --jobs: give at least 1.") }
        guard seed.addingReportingOverflow(runs).overflow == false else {
            throw ValidationError("--seed: there are not so many seeds.")
        }
        guard trace == nil || runs == 1 else { throw ValidationError("--trace: is of one run; leave --runs out.") }
    }

    func run() throws {
        guard !listPlanted else { return print(PlantedBug.allCases.map(\.name).joined(separator: "\n")) }
        try plant()
        let campaign = Campaign(
            seeds: seed..<seed + runs, microseconds: UInt64(hours * 3_600_000_000), jobs: jobs)
        let started = Date()
        let summary = campaign.run(
            starting: { [verbose] seed in
                if verbose { say("seed \(seed)") }
            },
            progress: { done, total, violations in
                StandardStreamProgress.show("\(done) of \(total) runs, \(violations) violations")
            })
        let seconds = Date().timeIntervalSince(started)
        // POSIX counts a million to the second.
        print(summary.text(wallSeconds: seconds, cpuSeconds: Double(clock()) / 1_000_000))
        let failure = summary.failures.first
        if let failure { print(Campaign.replay(failure, lines: lines)) }
        let broken = failure == nil ? nil : ExitCode(1)
        if let trace {
            do { try orStatus2 { try writeTrace(to: trace) } } catch { throw broken ?? error }
        }
        if let broken { throw broken }
    }

    private func plant() throws {
        guard let planted else { return }
        guard PlantedBug.canBePlanted else {
            throw ValidationError("--planted: this build makes no mistakes on purpose; use scripts/planted-bugs.")
        }
        guard let bug = PlantedBug(name: planted) else {
            let names = PlantedBug.allCases.map(\.name).joined(separator: ", ")
            throw ValidationError("--planted: there is no “\(planted)”; there are \(names).")
        }
        bug.plant()
    }

    private func writeTrace(to path: String) throws {
        let cluster = SimulatedCluster(Scenario(seed: seed), recordedLines: 200_000)
        _ = cluster.run(microseconds: UInt64(hours * 3_600_000_000))
        let text = cluster.trace.recorded.map(\.description).joined(separator: "\n") + "\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

/// A line on standard error that the next one replaces; nothing when nobody watches.
private enum StandardStreamProgress {
    static func show(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data("\r\(text)  ".utf8))
    }
}
