// The log is the truth; workers are caches of it. This is everything that a worker asks of a log, whatever
// keeps it: SQLite files on one machine, NATS JetStream on several, memory in the simulator.

import Domain

/// One ordered, durable, append-only log per partition, guarded by a fence.
///
/// Calls block until the disk has answered, so an implementation is used from one thread of its own. Several
/// instances, in one process or in many, may share the same log; the fence keeps their leaders apart.
///
/// Indexes count records from 1; `lastIndex` 0 is an empty log.
public protocol PartitionLog: AnyObject {
    /// Takes the lead of a partition: bumps its epoch durably, so that every earlier leader's next append fails.
    /// - Parameters:
    ///   - owner: who claims; what `leadership` tells the others.
    ///   - epoch: the newest that the claimant has seen.
    /// - Throws: `.fenced` when the current epoch is another one: somebody else was quicker; `.unavailable` when the
    ///   outcome is unknown.
    func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim

    /// Who leads now. A log of many machines may be behind by moments; a claim is not.
    func leadership(of partition: PartitionID) throws(LogError) -> Leadership

    /// Appends records as one entry, all or none, durable on return.
    ///
    /// Epoch and index are checked in the transaction that writes, the epoch first. No records at all only checks.
    /// - Parameter lastIndex: where the caller believes the log ends.
    /// - Returns: the new last index.
    /// - Throws: `.fenced` under another epoch than the current one; `.unexpectedIndex` when the log ends elsewhere;
    ///   `.diskFull` when nothing was written and a later try may succeed; `.unavailable` when the outcome is unknown
    ///   and the lead has to be given up; `.storageFailed` when it is unknown and the process has to end.
    @discardableResult
    func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64

    /// Where the log ends now; 0 when nothing was ever appended.
    func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64

    /// The entries after `index`, in order and without a gap: the first contains record `index + 1`, and may
    /// begin before it.
    /// - Parameter limit: stops after the entry that reaches this many records; at least one entry is read.
    /// A log of many machines may be behind what others have appended by moments, but never behind what this
    /// instance knows: what its `lastIndex`, its claim or its append returned is read.
    /// - Returns: empty when `index` is the last one.
    /// - Throws: `.corrupt` for a damaged or missing entry; `.unexpectedIndex` when the log ends before `index`.
    func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry]

    /// Keeps a snapshot durably; the two newest stay.
    /// - Throws: `.unexpectedIndex` for a snapshot of more than the log holds.
    func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError)

    /// The newest snapshot that is whole. A damaged one is reported to `damageFound` and passed over: the log
    /// itself is never cut, so an older snapshot, or none, only means a longer replay.
    /// - Throws: `.corrupt` when a whole snapshot reaches further than the log: acknowledged records are missing.
    func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot?

    /// The partition is not read again for a while: what a reader has going on may end.
    func release(_ partition: PartitionID)

    /// Told of damage that was found and survived, for the operator's log. Does nothing unless set.
    var damageFound: (LogError) -> Void { get set }
}

extension PartitionLog {
    public func release(_ partition: PartitionID) {}

    /// Takes the lead whoever has it now: for tools that own the cluster.
    public func claim(_ partition: PartitionID, owner: String) throws(LogError) -> Claim {
        var epoch = try leadership(of: partition).epoch
        while true {
            do throws(LogError) {
                return try claim(partition, owner: owner, after: epoch)
            } catch {
                guard case .fenced(let current) = error else { throw error }
                epoch = current
            }
        }
    }
}

/// One group commit.
public struct LogEntry: Equatable, Sendable {
    /// Index of the first record.
    public var firstIndex: UInt64
    /// The epoch of the leader that appended it.
    public var epoch: UInt64
    /// Not empty.
    public var records: [Record]

    public init(firstIndex: UInt64, epoch: UInt64, records: [Record]) {
        self.firstIndex = firstIndex
        self.epoch = epoch
        self.records = records
    }

    /// Index of the last record.
    public var lastIndex: UInt64 { firstIndex + UInt64(records.count) - 1 }
}

/// A partition's state at one index, as bytes that the worker understands.
public struct Snapshot: Equatable, Sendable {
    /// The last record that the state includes.
    public var index: UInt64
    /// The epoch it was taken under.
    public var epoch: UInt64
    /// The worker's hash of the state, equal on every replica at this index.
    public var stateHash: UInt64
    public var bytes: [UInt8]

    public init(index: UInt64, epoch: UInt64, stateHash: UInt64, bytes: [UInt8]) {
        self.index = index
        self.epoch = epoch
        self.stateHash = stateHash
        self.bytes = bytes
    }
}
