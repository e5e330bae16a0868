import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Operations
import Supervision

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare the states of all replicas.",
        discussion: """
            Appends a checkpoint to every partition; each replica hashes its state where it lies. Equal hashes mean
            equal states. Exits 0 when all agree, 1 when one differs, 2 when not all could be compared: one was not
            heard in time, or the cluster could not be asked. Runs beside everything else, as often as you like.

              farthing verify
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Flag(help: "The same as -o json.")
    var json = false

    @Option(help: "Seconds to wait for replicas that lag.")
    var timeout: UInt32 = 30

    private struct Report: Encodable {
        struct Partition: Encodable {
            var partition: String
            var leader: String
            var epoch: UInt64
            var index: UInt64
            var agreeing: Int
            var replicas: [String: String]
            var lagging: [String]
        }
        var verdict: String
        var partitions: [Partition]
        var complaints: [String]
    }

    func run() throws {
        let comparison = try orStatus2 {
            let (configuration, client) = try target.connect()
            return try compare(client, partitions: configuration.cluster.partitions)
        }
        let report = describe(comparison)
        var output = output
        if json { output.format = .json }
        try output.report(report) { text(report) }
        switch comparison.verdict {
        case .equal: break
        case .different: throw ExitCode(1)
        case .incomplete: throw ExitCode(2)
        }
    }

    private func compare(_ client: PricingClient, partitions: Int) throws -> StateComparison {
        var checkpoints: [PartitionID: UInt64] = [:]
        for partition in (0..<partitions).map({ PartitionID(UInt16($0)) }) + [.broadcast] {
            checkpoints[partition] = try client.checkpoint(partition).value
        }
        var comparison = StateComparison(checkpoints: checkpoints)
        // Heartbeats bring the hashes.
        _ = try client.status(withinSeconds: timeout) { status in
            comparison.observe(ClusterView(status))
            return comparison.verdict != .incomplete
        }
        return comparison
    }

    private func describe(_ comparison: StateComparison) -> Report {
        Report(
            verdict: comparison.verdict.rawValue,
            partitions: comparison.findings.map { finding in
                Report.Partition(
                    partition: finding.partition.description,
                    leader: finding.leader.isEmpty ? "nobody" : finding.leader,
                    epoch: finding.epoch, index: finding.index, agreeing: finding.agreeing,
                    replicas: Dictionary(
                        finding.hashes.map { ($0.worker, hexadecimal($0.stateHash)) }, uniquingKeysWith: { $1 }),
                    lagging: finding.lagging)
            }, complaints: comparison.findings.compactMap(\.complaint))
    }

    private func text(_ report: Report) -> String {
        var table = Table(["partition", "leader", "epoch", "index", "agree", "replicas", "state hash"])
        for partition in report.partitions {
            let heard = partition.replicas.keys.sorted()
            let hashes = Set(partition.replicas.values)
            table.add([
                partition.partition, partition.leader, "\(partition.epoch)", "\(partition.index)",
                "\(partition.agreeing) of \(heard.count + partition.lagging.count)",
                (heard + partition.lagging.map { "(\($0))" }).joined(separator: " "),
                hashes.count == 1 ? hashes.first ?? "" : hashes.isEmpty ? "none" : "they differ",
            ])
        }
        let verdict =
            switch report.verdict {
            case StateComparison.Verdict.equal.rawValue: "every replica agrees"
            case StateComparison.Verdict.different.rawValue: "REPLICAS DIFFER"
            default: "not every replica was heard within \(timeout) s"
            }
        return ([table.text] + report.complaints + [verdict]).joined(separator: "\n")
    }
}
