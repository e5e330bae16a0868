// Many runs, a few at a time. Each run is a thread's own; they share nothing but the list of seeds.

import Domain
import Synchronization

public struct Campaign: Sendable {
    private let seeds: Range<UInt64>
    private let microseconds: UInt64
    private let jobs: Int

    public init(seeds: Range<UInt64>, microseconds: UInt64, jobs: Int) {
        self.seeds = seeds
        self.microseconds = microseconds
        self.jobs = jobs
    }

    /// What all runs came to.
    public struct Summary: Sendable {
        public private(set) var runs = 0
        public private(set) var microseconds: UInt64 = 0
        public private(set) var counts = RunCounts()
        /// By seed.
        public private(set) var failures: [RunReport] = []

        /// Equal for equal campaigns, in whatever order their runs ended.
        public private(set) var digest: UInt64 = 0

        public init() {}

        public mutating func add(_ report: RunReport) {
            runs += 1
            digest ^= finalMix(report.digest ^ finalMix(report.seed))
            microseconds += report.microseconds
            counts.add(report.counts)
            guard report.violation != nil else { return }
            failures.append(report)
            failures.sort { $0.seed < $1.seed }
        }
    }

    /// Runs every seed.
    /// - Parameters:
    ///   - starting: told of each seed before its run, for those that stop the process.
    ///   - progress: told after each run: runs done, runs in all, violations.
    public func run(
        starting: @escaping @Sendable (UInt64) -> Void = { _ in },
        progress: @escaping @Sendable (Int, Int, Int) -> Void = { _, _, _ in }
    ) -> Summary {
        let summary = Mutex(Summary())
        let next = Atomic<UInt64>(seeds.lowerBound)
        Threads.run(min(jobs, seeds.count)) {
            while true {
                let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard seed < seeds.upperBound else { return }
                starting(seed)
                let report = SimulatedCluster(Scenario(seed: seed)).run(microseconds: microseconds)
                summary.withLock { summary in
                    summary.add(report)
                    progress(summary.runs, seeds.count, summary.failures.count)
                }
            }
        }
        return summary.withLock { $0 }
    }
}

extension Campaign.Summary {
    /// For people, in a few lines.
    /// - Parameters:
    ///   - wallSeconds: how long it took.
    ///   - cpuSeconds: how much of that the processors worked for it, all of them together.
    public func text(wallSeconds: Double, cpuSeconds: Double) -> String {
        let simulated = Double(microseconds) / 1_000_000
        var lines = [
            "\(runs) runs, \(rounded(simulated / 3_600)) simulated hours in \(rounded(wallSeconds)) s, "
                + "\(rounded(cpuSeconds)) s of one core: \(Int(simulated / max(cpuSeconds, 0.001))) × real time per core",
            "\(counts.calls) calls: \(counts.answered) answered (\(counts.prices) prices), \(counts.refused) refused, "
                + "\(counts.unknown) unknown; \(counts.acknowledgedEvents) events acknowledged, "
                + "\(counts.records) records in the logs, \(counts.messages) messages",
            "faults: "
                + FaultKind.allCases.compactMap { kind in counts.faults[kind].map { "\(kind) \($0)" } }
                .joined(separator: ", ") + "; processes that ended themselves: \(counts.workersStopped)",
        ]
        for failure in failures {
            guard let violation = failure.violation else { continue }
            let hours = Double(failure.askedMicroseconds) / 3_600_000_000
            lines.append("violation: seed \(failure.seed): \(violation)")
            lines.append("  replay: farthing simulate --seed \(failure.seed) --hours \(hours)")
        }
        lines.append("digest \(hexadecimal(digest)), violations: \(failures.count)")
        return lines.joined(separator: "\n")
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension Campaign {
    /// Runs a seed again that has failed, and tells what led to it.
    /// - Parameter lines: how many lines at most.
    public static func replay(_ failure: RunReport, lines: Int) -> String {
        guard let violation = failure.violation else { return "" }
        let cluster = SimulatedCluster(Scenario(seed: failure.seed), recordedLines: 100_000)
        let again = cluster.run(microseconds: failure.askedMicroseconds)
        let relevant = cluster.trace.recorded.filter { line in
            violation.request != 0 && line.request == violation.request
                || violation.partition != nil && line.partition == violation.partition
                || line.request == 0 && line.partition == nil && violation.request == 0
        }
        let heading =
            "seed \(failure.seed), the last \(min(lines, relevant.count)) of \(relevant.count) lines that matter"
            + (again.digest == failure.digest ? ":" : " (the replay took another course: a bug of the simulator):")
        return ([heading] + relevant.suffix(lines).map(\.description)).joined(separator: "\n")
    }
}
