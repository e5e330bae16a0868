import ArgumentParser
import Configuration
import Domain
import Foundation
import JetStreamLog
import Log
import Operations

struct LogCopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy the whole log to where there is none yet, and compare.",
        discussion: """
            Every record keeps its index; the newest snapshots come along. Stop the cluster first. Afterwards change
            log.kind in cluster.yaml and start it again. The source stays as it is. Activated models are not in the
            log: they stay in the folder log.directory, which a JetStream cluster uses too.

              farthing log copy --from embedded --to jetstream
              farthing log copy --from embedded:/backup/log --to jetstream
              farthing log copy --from jetstream --to embedded:/var/lib/farthing/log
            """)

    /// A log as the command line names it.
    enum Place: ExpressibleByArgument, Equatable {
        /// Of `log.directory` unless a folder is named.
        case embedded(String?)
        /// On `log.servers`.
        case jetstream

        init?(argument: String) {
            switch argument {
            case "jetstream": self = .jetstream
            case "embedded": self = .embedded(nil)
            default:
                guard argument.hasPrefix("embedded:"), argument != "embedded:" else { return nil }
                self = .embedded(String(argument.dropFirst("embedded:".count)))
            }
        }

        func open(_ configuration: ClusterConfiguration) throws(LogError) -> any PartitionLog {
            switch self {
            case .embedded(let folder): try configuration.openLog(.embedded, folder: folder)
            case .jetstream: try configuration.openLog(.jetstream)
            }
        }
    }

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Option(help: "Where the log is: embedded, embedded:FOLDER or jetstream.")
    var from: Place

    @Option(help: "Where it shall be: the same.")
    var to: Place

    private struct Report: Encodable {
        var partitions: Int
        var records: UInt64
        var snapshots: Int
        var seconds: Double
    }

    func run() throws {
        let configuration = try options.load()
        guard from != to else { throw ValidationError("--from and --to name the same log.") }
        let start = Clock.monotonic()
        let locks = try lock(configuration)
        let report = try withExtendedLifetime(locks) { try copy(configuration) }
        let seconds = Double(Clock.monotonic().microseconds(since: start)) / 1e6
        let value = Report(
            partitions: report.partitions, records: report.records, snapshots: report.snapshots, seconds: seconds)
        try output.report(value) {
            "copied and compared \(value.partitions) partitions, \(value.records) records and \(value.snapshots) "
                + "snapshots in \(String(format: "%.1f", seconds)) s"
        }
    }

    /// Keeps clusters of this machine off both logs, and off the configuration's own.
    private func lock(_ configuration: ClusterConfiguration) throws -> [DirectoryLock] {
        if case .embedded(let folder) = from {
            let file = (folder ?? configuration.log.directory) + "/cluster.sqlite"
            guard FileManager.default.fileExists(atPath: file) else {
                throw Refusal(
                    .invalidFile, place: "--from", value: file, remedy: "Name the folder of a log: it has such a file.")
            }
        }
        let folders = [from, to].map { place in
            if case .embedded(let folder?) = place { return folder }
            return configuration.log.directory
        }
        let paths = Set(folders.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
        return try paths.sorted().map { try DirectoryLock($0) }
    }

    private func copy(_ configuration: ClusterConfiguration) throws -> LogCopy.Report {
        let source = try from.open(configuration)
        let target = try to.open(configuration)
        let owner = "copy"
        let copy = LogCopy(from: source, to: target) { partition, epoch throws(LogError) in
            if let target = target as? JetStreamLog {
                return try target.claimCopy(partition, owner: owner, above: epoch)
            }
            // The epochs of files go up one by one. Nobody else uses this log yet, and each takes less than a millisecond.
            var claim = try target.claim(partition, owner: owner, after: 0)
            while claim.epoch <= epoch { claim = try target.claim(partition, owner: owner, after: claim.epoch) }
            return claim
        }
        return try copy.run(partitionCount: configuration.cluster.partitions)
    }
}
