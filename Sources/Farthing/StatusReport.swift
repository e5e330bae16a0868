import Domain
import Supervision

/// What `farthing status` shows, for machines and for people.
struct StatusReport: Encodable {
    struct Worker: Encodable {
        var name: String
        var state: String
        var ready: Bool
        var draining: Bool
        var silentMs: UInt32
        /// Led; the name is older than followers.
        var partitions: UInt32
        var followed: UInt32
        var recordsBehind: UInt64
        var inFlight: UInt32
        /// Share of its time, 0 to 1.
        var busy: Double
        var answered: UInt64
        var modelVersion: UInt64
        var catalogueProducts: UInt64
        var broadcastIndex: UInt64
        var problem: String
    }

    struct Partition: Encodable {
        struct Replica: Encodable {
            var worker: String
            var role: String
            var epoch: UInt64
            var index: UInt64
            var recordsBehind: UInt64
        }
        var partition: String
        var leader: String
        var index: UInt64
        var epoch: UInt64
        var shoppers: UInt64
        var stateHash: String
        var replicas: [Replica]
    }

    var cluster: String
    var router: String
    var uptimeMs: UInt64
    var inFlight: UInt32
    var answers: [String: UInt64]
    /// Products whose prices are frozen, by the worker that has read the most of the broadcast log.
    var frozenProducts: UInt64
    var workers: [Worker]
    var partitions: [Partition]
    private let partitionCount: UInt32

    private enum CodingKeys: CodingKey {
        case cluster, router, uptimeMs, inFlight, answers, frozenProducts, workers, partitions
    }

    init(_ status: ClusterStatus, _ view: ClusterView, _ shown: [(ClusterView.Partition, PartitionStatus)]) {
        cluster = status.cluster
        router = status.router
        uptimeMs = status.uptimeMilliseconds
        inFlight = status.inFlight
        answers = [
            "personal": status.answers.personal, "segment": status.answers.segment, "list": status.answers.list,
            "refused": status.answers.refused, "other": status.answers.other,
        ]
        frozenProducts =
            status.workers.map(\.report).max { $0.broadcastIndex < $1.broadcastIndex }?.frozenProducts ?? 0
        workers = view.workers.map { Self.worker($0, view) }
        partitions = shown.map { Self.partition($0, $1) }
        partitionCount = status.partitions
    }

    private static func worker(_ worker: WorkerStatus, _ view: ClusterView) -> Worker {
        let report = worker.report
        return Worker(
            name: report.name, state: view.state(of: worker).rawValue, ready: report.isReady,
            draining: report.isDraining, silentMs: worker.silentMilliseconds, partitions: UInt32(report.led),
            followed: UInt32(report.replicas.count { $0.role == .following }),
            recordsBehind: view.recordsBehind(report.name), inFlight: worker.inFlight,
            busy: Double(report.busyPerMille) / 1_000, answered: report.answered, modelVersion: report.modelVersion,
            catalogueProducts: report.catalogueProducts,
            broadcastIndex: report.broadcastIndex, problem: report.problem)
    }

    private static func partition(_ held: ClusterView.Partition, _ status: PartitionStatus) -> Partition {
        Partition(
            partition: status.partition.description, leader: status.leader, index: status.index, epoch: status.epoch,
            shoppers: status.shoppers, stateHash: hexadecimal(status.stateHash),
            replicas: held.replicas.map { replica in
                Partition.Replica(
                    worker: replica.worker, role: "\(replica.report.role)", epoch: replica.report.epoch,
                    index: replica.report.index, recordsBehind: held.recordsBehind(replica))
            })
    }

    // MARK: - For people

    var text: String {
        var lines = [
            "cluster \(cluster), router \(router), up \(uptimeMs / 1_000) s, \(partitionCount) partitions, "
                + "\(inFlight) in flight",
            "prices: \(count("personal")) personal, \(count("segment")) segment, \(count("list")) list; "
                + "\(count("refused")) refused; \(count("other")) other answers", workerTable.text,
        ]
        if frozenProducts > 0 {
            let products = frozenProducts == 1 ? "product" : "products"
            lines.append("prices of \(frozenProducts) \(products) are frozen: farthing freezes")
        }
        lines += workers.filter { !$0.problem.isEmpty }.map { "\($0.name): \($0.problem)" }
        if !partitions.isEmpty { lines.append(partitionTable.text) }
        return lines.joined(separator: "\n")
    }

    private func count(_ level: String) -> UInt64 { answers[level, default: 0] }

    private var workerTable: Table {
        var table = Table([
            "worker", "state", "leads", "follows", "behind", "in flight", "busy", "answered", "model", "products",
            "silent",
        ])
        for worker in workers {
            table.add([
                worker.name, worker.state, "\(worker.partitions)", "\(worker.followed)", "\(worker.recordsBehind)",
                "\(worker.inFlight)", "\(Int((worker.busy * 100).rounded())) %", "\(worker.answered)",
                "\(worker.modelVersion)", "\(worker.catalogueProducts)",
                "\(worker.silentMs) ms",
            ])
        }
        return table
    }

    private var partitionTable: Table {
        var table = Table(["partition", "leader", "followers", "index", "epoch", "shoppers", "state hash"])
        for partition in partitions {
            let others = partition.replicas.filter { $0.worker != partition.leader }.map { replica in
                let suffix =
                    switch replica.role {
                    case "following": replica.recordsBehind > 0 ? " −\(replica.recordsBehind)" : ""
                    default: " \(replica.role)"
                    }
                return replica.worker + suffix
            }
            table.add([
                partition.partition, partition.leader, others.joined(separator: ", "), "\(partition.index)",
                "\(partition.epoch)", "\(partition.shoppers)", partition.stateHash,
            ])
        }
        return table
    }
}
