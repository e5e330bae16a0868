// A log in memory for the simulator and for tests. It stores the same sealed bytes as the SQLite log, so one
// codec and one checksum serve both, and it fails on command, always in the same way for the same commands.

import Domain

/// One owner's view of a shared, simulated log.
public final class MemoryLog: PartitionLog {
    private let storage: MemoryLogStorage
    public var damageFound: (LogError) -> Void = { _ in }

    public init(storage: MemoryLogStorage) { self.storage = storage }

    /// A log of its own.
    public convenience init(partitionCount: Int) {
        self.init(storage: MemoryLogStorage(partitionCount: partitionCount))
    }

    public func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        let state = try storage.partition(partition)
        return Leadership(epoch: state.epoch, owner: state.owner)
    }

    public func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        let state = try storage.partition(partition)
        guard epoch == state.epoch || planted(.claimIgnoresRival) else { throw .fenced(currentEpoch: state.epoch) }
        if storage.takeFault({ $0 == .claimFails }) != nil { throw failure("the claim was not written", partition) }
        if let last = state.entries.last { _ = try last.opened(partition: partition, file: Self.file) }
        if !planted(.epochNotRaised) || state.epoch == 0 { state.epoch += 1 }
        state.owner = owner
        storage.observer?.claimed(partition, Leadership(epoch: state.epoch, owner: owner), after: epoch)
        return Claim(epoch: state.epoch, lastIndex: state.lastIndex)
    }

    @discardableResult
    public func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        let state = try storage.partition(partition)
        guard epoch == state.epoch && epoch > 0 || planted(.noFence) else {
            throw .fenced(currentEpoch: state.epoch)
        }
        guard lastIndex == state.lastIndex else {
            throw .unexpectedIndex(actual: state.lastIndex)
        }
        guard !records.isEmpty else { return lastIndex }
        guard !storage.isFull else { throw .diskFull(place: Self.place(partition)) }
        let first = state.lastIndex + 1
        let stored = try StoredEntry(sealing: records, partition: partition, firstIndex: first, epoch: epoch)
        let entry = LogEntry(firstIndex: first, epoch: epoch, records: records)
        switch storage.takeFault({ [.diskFull, .appendLost, .appendKept].contains($0) }) {
        case .diskFull: throw .diskFull(place: Self.place(partition))
        case .appendLost: if !planted(.failedSyncIgnored) { throw failure("the sync failed", partition) }
        case .appendKept:
            storage.keep(stored, entry, state, partition)
            throw failure("the sync failed", partition)
        default: storage.keep(stored, entry, state, partition)
        }
        return lastIndex + UInt64(records.count)
    }

    public func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 {
        try storage.partition(partition).lastIndex
    }

    public func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        let state = try storage.partition(partition)
        if storage.takeFault({ $0 == .readFails }) != nil { throw failure("the read failed", partition) }
        guard index <= state.lastIndex else { throw .unexpectedIndex(actual: state.lastIndex) }
        guard index < state.lastIndex else { return [] }
        var entries: [LogEntry] = []
        var records = 0
        for stored in state.entries[Self.position(of: index + 1, in: state.entries)...] {
            do throws(LogError) {
                entries.append(try stored.opened(partition: partition, file: Self.file))
            } catch {
                guard planted(.corruptEntrySkipped) else { throw error }
            }
            records += stored.recordCount
            if records >= limit { break }
        }
        return entries
    }

    /// Which entry holds a record. O(log entries).
    private static func position(of index: UInt64, in entries: [StoredEntry]) -> Int {
        var low = 0
        var high = entries.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if entries[middle].firstIndex <= index { low = middle } else { high = middle }
        }
        return low
    }

    private static let file = "memory"

    private static func place(_ partition: PartitionID) -> String { "\(file), partition \(partition)" }

    private func failure(_ problem: String, _ partition: PartitionID) -> LogError {
        .storageFailed(place: Self.place(partition), problem: problem)
    }
}

// MARK: - Snapshots

extension MemoryLog {
    public func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        let state = try storage.partition(partition)
        guard snapshot.index <= state.lastIndex else { throw .unexpectedIndex(actual: state.lastIndex) }
        if storage.takeFault({ $0 == .snapshotFails }) != nil {
            throw failure("the snapshot was not written", partition)
        }
        state.snapshots.removeAll { $0.index == snapshot.index }
        state.snapshots.append((snapshot.index, StoredSnapshot.sealed(snapshot, partition: partition)))
        state.snapshots.sort { $0.index < $1.index }
        state.snapshots.removeFirst(max(0, state.snapshots.count - 2))
    }

    public func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        let state = try storage.partition(partition)
        for stored in state.snapshots.reversed() {
            let place = "\(Self.file), snapshot \(stored.index)"
            let snapshot: Snapshot
            do throws(LogError) {
                snapshot = try StoredSnapshot.opened(stored.bytes, partition: partition, file: place)
            } catch {
                damageFound(error)
                continue
            }
            try snapshot.check(against: state.lastIndex, place: place)
            return snapshot
        }
        return nil
    }
}
