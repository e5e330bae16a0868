import ArgumentParser
import Client
import Domain

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a cluster: its workers, its partitions, its answers.",
        discussion: """
            With --partitions, asks the leader of every partition for its index and state hash. Equal hashes at
            equal indexes mean equal states: compare them before and after a restart.

              farthing status --partitions
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Flag(help: "Show every partition's leader, index, epoch and state hash.")
    var partitions = false

    private struct Report: Encodable {
        struct Worker: Encodable {
            var name: String
            var ready: Bool
            var silentMs: UInt32
            var partitions: UInt32
            var inFlight: UInt32
            var answered: UInt64
            var modelVersion: UInt64
            var catalogueProducts: UInt64
            var broadcastIndex: UInt64
            var problem: String
        }
        struct Partition: Encodable {
            var partition: String
            var leader: String
            var index: UInt64
            var epoch: UInt64
            var shoppers: UInt64
            var stateHash: String
        }
        var cluster: String
        var router: String
        var uptimeMs: UInt64
        var inFlight: UInt32
        var answers: [String: UInt64]
        var workers: [Worker]
        var partitions: [Partition]
    }

    func run() throws {
        let (_, client) = try target.connect()
        let status = try client.status().value
        var inspected: [PartitionStatus] = []
        if partitions {
            let all = (0..<status.partitions).map { PartitionID(UInt16(truncatingIfNeeded: $0)) } + [.broadcast]
            for partition in all { inspected.append(try inspect(partition, client)) }
        }
        try output.report(report(status, inspected)) { text(status, inspected) }
    }

    /// A partition that nobody answers for is shown as led by nobody.
    private func inspect(_ partition: PartitionID, _ client: PricingClient) throws -> PartitionStatus {
        do throws(ClientError) {
            return try client.inspect(partition).value
        } catch {
            if case .transport = error { throw error }
            return PartitionStatus(
                partition: partition, leader: "nobody", index: 0, epoch: 0, shoppers: 0, stateHash: 0)
        }
    }

    private func report(_ status: ClusterStatus, _ partitions: [PartitionStatus]) -> Report {
        Report(
            cluster: status.cluster, router: status.router, uptimeMs: status.uptimeMilliseconds,
            inFlight: status.inFlight,
            answers: [
                "personal": status.answers.personal, "segment": status.answers.segment, "list": status.answers.list,
                "refused": status.answers.refused, "other": status.answers.other,
            ],
            workers: status.workers.map {
                Report.Worker(
                    name: $0.report.name, ready: $0.report.isReady, silentMs: $0.silentMilliseconds,
                    partitions: UInt32($0.report.led), inFlight: $0.inFlight, answered: $0.report.answered,
                    modelVersion: $0.report.modelVersion, catalogueProducts: $0.report.catalogueProducts,
                    broadcastIndex: $0.report.broadcastIndex, problem: $0.report.problem)
            },
            partitions: partitions.map {
                Report.Partition(
                    partition: $0.partition.description, leader: $0.leader, index: $0.index, epoch: $0.epoch,
                    shoppers: $0.shoppers, stateHash: hexadecimal($0.stateHash))
            })
    }

    private func text(_ status: ClusterStatus, _ partitions: [PartitionStatus]) -> String {
        let answers = status.answers
        var table = Table(["worker", "state", "leads", "in flight", "answered", "model", "products", "silent"])
        for worker in status.workers {
            table.add([
                worker.report.name, worker.report.isReady ? "ready" : "not ready", "\(worker.report.led)",
                "\(worker.inFlight)", "\(worker.report.answered)", "\(worker.report.modelVersion)",
                "\(worker.report.catalogueProducts)", "\(worker.silentMilliseconds) ms",
            ])
        }
        var lines = [
            "cluster \(status.cluster), router \(status.router), up \(status.uptimeMilliseconds / 1_000) s, "
                + "\(status.partitions) partitions, \(status.inFlight) in flight",
            "prices: \(answers.personal) personal, \(answers.segment) segment, \(answers.list) list; "
                + "\(answers.refused) refused; \(answers.other) other answers", table.text,
        ]
        lines += status.workers.filter { !$0.report.problem.isEmpty }.map { "\($0.report.name): \($0.report.problem)" }
        if !partitions.isEmpty {
            var table = Table(["partition", "leader", "index", "epoch", "shoppers", "state hash"])
            for partition in partitions {
                table.add([
                    partition.partition.description, partition.leader, "\(partition.index)", "\(partition.epoch)",
                    "\(partition.shoppers)", hexadecimal(partition.stateHash),
                ])
            }
            lines.append(table.text)
        }
        return lines.joined(separator: "\n")
    }
}
