// Who holds which partition, and in what role. docs/adr/0009 says how roles change.

/// What a partition is to a worker that holds it.
public enum ReplicaRole: UInt8, Sendable, CaseIterable {
    /// Reading its snapshot and its log; answers nothing yet.
    case loading = 0
    /// Applies what the leader appends; answers reads.
    case following = 1
    /// Has asked the log for the lead; writes wait.
    case claiming = 2
    /// Appends.
    case leading = 3
}

/// One replica, in a worker's heartbeat.
public struct ReplicaReport: Equatable, Sendable {
    public var partition: PartitionID
    public var role: ReplicaRole
    /// The newest epoch of the partition that this replica knows of; its own while it leads.
    public var epoch: UInt64
    /// The last record applied.
    public var index: UInt64
    /// The newest checkpoint that this replica has come past; nil before the first.
    public var checkpoint: StateCheckpoint?

    public init(
        partition: PartitionID, role: ReplicaRole, epoch: UInt64, index: UInt64, checkpoint: StateCheckpoint? = nil
    ) {
        self.partition = partition
        self.role = role
        self.epoch = epoch
        self.index = index
        self.checkpoint = checkpoint
    }
}

/// The digest of a partition's state at one index: equal on every replica, or one of them is wrong.
public struct StateCheckpoint: Equatable, Sendable {
    public var index: UInt64
    public var stateHash: UInt64

    public init(index: UInt64, stateHash: UInt64) {
        self.index = index
        self.stateHash = stateHash
    }
}

/// What a router wants a worker to hold. The broadcast partition goes without saying.
public struct Assignment: Equatable, Sendable {
    /// Ascending.
    public var partitions: [PartitionID]

    public init(_ partitions: [PartitionID]) { self.partitions = partitions }
}

/// Who leads a partition, by the log.
public struct Leadership: Equatable, Sendable {
    /// 0 before the first claim.
    public var epoch: UInt64
    /// Empty before the first claim.
    public var owner: String

    public init(epoch: UInt64, owner: String) {
        self.epoch = epoch
        self.owner = owner
    }
}

/// The lead of a partition: valid until somebody else claims it.
public struct Claim: Equatable, Sendable {
    /// Goes up by at least one with every claim.
    public var epoch: UInt64
    /// Where the log ended at that moment.
    public var lastIndex: UInt64

    public init(epoch: UInt64, lastIndex: UInt64) {
        self.epoch = epoch
        self.lastIndex = lastIndex
    }
}
