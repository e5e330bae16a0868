import ArgumentParser
import Configuration
import Domain
import Foundation
import Log
import Operations
import WorkerCore
import WorkerLog

struct BenchReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Read the cluster's log back as a worker does that starts, and time it.",
        discussion: """
            One thread reads every partition, one after the other, folds its records into the state that prices.
            Without --snapshots it begins with the first record. It only reads: the cluster may run.

              farthing bench replay
              farthing bench replay --snapshots -o json
            """)

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Flag(help: "Begin with the newest snapshots, as workers do.")
    var snapshots = false

    private struct Report: Encodable {
        var partitions: Int
        var records: UInt64
        var seconds: Double
        var recordsPerSecond: Double
    }

    func run() throws {
        let configuration = try options.load()
        let calendar = try configuration.calendar()
        let log = try configuration.openExistingLog()
        let keyed = (0..<configuration.cluster.partitions).map { PartitionID(UInt16($0)) }
        // Kept until the clock stops, as a worker keeps them: letting go of them is no part of a start.
        var replays: [Replay] = []
        let start = Clock.monotonic()
        for partition in keyed + [.broadcast] {
            replays.append(
                try LogKeeper.replayed(
                    partition, from: log, calendar, fromSnapshot: snapshots, warn: { say("warning: \($0)") }))
        }
        let seconds = Double(Clock.monotonic().microseconds(since: start)) / 1e6
        let records = replays.reduce(0) { $0 + $1.index }
        let report = Report(
            partitions: keyed.count + 1, records: records, seconds: seconds,
            recordsPerSecond: seconds > 0 ? Double(records) / seconds : 0)
        try output.report(report) {
            "\(records) records of \(report.partitions) partitions in \(String(format: "%.2f", seconds)) s: "
                + "\(Int(report.recordsPerSecond)) records/s"
        }
    }
}
