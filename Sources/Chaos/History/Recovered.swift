// What is there at the end: the log as it lies on the disk, and what the cluster answers when all is over.

import Domain

public struct Recovered: Sendable {
    /// Every record of events, in the order of the log, partition by partition.
    public var batches: [RecoveredBatch] = []
    /// Every entry of the log, likewise.
    public var entries: [RecoveredEntry] = []
    /// What the replicas hashed.
    public var checkpoints: [ReplicaCheckpoint] = []
    /// Tokens presented once more.
    public var verifications: [LateVerification] = []
    /// Baskets that a shopper's state counts.
    public var baskets: [Int: Int] = [:]
    /// Processes that ended without having been made to, by name.
    public var unbiddenEnds: [String: Int] = [:]
    /// What was still missing, after everything had been healed and there had been time, for the cluster to be whole.
    public var missing: [String] = []

    public init() {}
}

public struct RecoveredBatch: Equatable, Sendable {
    public var partition: PartitionID
    public var index: UInt64
    public var user: UserKey
    public var events: [EventID]

    public init(partition: PartitionID, index: UInt64, user: UserKey, events: [EventID]) {
        self.partition = partition
        self.index = index
        self.user = user
        self.events = events
    }
}

public struct RecoveredEntry: Equatable, Sendable {
    public var partition: PartitionID
    public var firstIndex: UInt64
    public var lastIndex: UInt64
    public var epoch: UInt64

    public init(partition: PartitionID, firstIndex: UInt64, lastIndex: UInt64, epoch: UInt64) {
        self.partition = partition
        self.firstIndex = firstIndex
        self.lastIndex = lastIndex
        self.epoch = epoch
    }
}

public struct ReplicaCheckpoint: Hashable, Sendable {
    public var partition: PartitionID
    public var worker: String
    public var index: UInt64
    public var stateHash: UInt64

    public init(partition: PartitionID, worker: String, index: UInt64, stateHash: UInt64) {
        self.partition = partition
        self.worker = worker
        self.index = index
        self.stateHash = stateHash
    }
}

/// A token that was presented after the load had ended.
public struct LateVerification: Equatable, Sendable {
    public enum Result: Equatable, Sendable {
        case verified(VerificationRecord)
        case refused(RefusalCode)
    }

    public var operation: OperationID
    /// The router that was asked.
    public var router: String
    /// By the wall clock, when it was answered.
    public var at: Timestamp
    public var result: Result

    public init(operation: OperationID, router: String, at: Timestamp, result: Result) {
        self.operation = operation
        self.router = router
        self.at = at
        self.result = result
    }
}
