// One router's status, turned around: by partition instead of by worker. What `status`, `verify` and every
// procedure that waits for replicas ask about.

import Domain

/// Who holds what, as one router sees it.
public struct ClusterView: Sendable {
    public struct Replica: Equatable, Sendable {
        public let worker: String
        public let report: ReplicaReport
        /// Whether the router would send this worker a request.
        public let isServing: Bool
        public let isDraining: Bool

        /// It has read its partition, and a router can use it.
        public var isCaughtUp: Bool { report.role != .loading && isServing }
    }

    public struct Partition: Equatable, Sendable {
        public let id: PartitionID
        /// By worker name.
        public let replicas: [Replica]

        /// The replica with the highest epoch among those that say they lead: a stale leader may not know yet.
        public var leader: Replica? {
            replicas.filter { $0.report.role == .leading }.max { $0.report.epoch < $1.report.epoch }
        }

        /// Records that a replica has still to apply; 0 for the leader and while nobody leads.
        public func recordsBehind(_ replica: Replica) -> UInt64 {
            guard let leader, leader.report.index > replica.report.index else { return 0 }
            return leader.report.index - replica.report.index
        }
    }

    /// Every partition of the cluster, ascending, the broadcast one last; those that nobody holds as well.
    public let partitions: [Partition]
    /// By name.
    public let workers: [WorkerStatus]

    public init(_ status: ClusterStatus) {
        workers = status.workers.sorted { $0.report.name < $1.report.name }
        var replicas: [PartitionID: [Replica]] = [:]
        for worker in workers {
            for report in worker.report.replicas {
                replicas[report.partition, default: []].append(
                    Replica(
                        worker: worker.report.name, report: report, isServing: worker.report.isReady,
                        isDraining: worker.report.isDraining))
            }
        }
        let numbers = UInt16(clamping: min(status.partitions, UInt32(UInt16.max)))
        partitions = ((0..<numbers).map { PartitionID($0) } + [.broadcast]).map { id in
            Partition(id: id, replicas: replicas[id] ?? [])
        }
    }

    public func worker(_ name: String) -> WorkerStatus? { workers.first { $0.report.name == name } }

    /// Workers that can take over from others.
    public var stayingWorkers: [String] {
        workers.filter { $0.report.isReady && !$0.report.isDraining }.map(\.report.name)
    }
}
