import Domain
import Supervision

func instant(_ milliseconds: UInt64) -> MonotonicInstant { MonotonicInstant(microseconds: milliseconds * 1_000) }

/// A replica in three words: `following 0 at 12`.
func replica(
    _ role: ReplicaRole, _ partition: UInt16, epoch: UInt64 = 1, at index: UInt64 = 10,
    checkpoint: StateCheckpoint? = nil
) -> ReplicaReport {
    ReplicaReport(
        partition: PartitionID(partition), role: role, epoch: epoch, index: index, checkpoint: checkpoint)
}

func worker(
    _ name: String, _ replicas: [ReplicaReport], isReady: Bool = true, isDraining: Bool = false,
    silentMilliseconds: UInt32 = 10, problem: String = ""
) -> WorkerStatus {
    WorkerStatus(
        report: WorkerReport(
            name: name, isReady: isReady, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            problem: problem, isDraining: isDraining, replicas: replicas),
        silentMilliseconds: silentMilliseconds, inFlight: 0)
}

func status(_ workers: [WorkerStatus], partitions: UInt32 = 2, router: String = "r1") -> ClusterStatus {
    ClusterStatus(
        cluster: "tests", router: router, uptimeMilliseconds: 1, partitions: partitions, inFlight: 0,
        answers: AnswerCounts(), workers: workers)
}

let broadcast = PartitionID.broadcast.number
