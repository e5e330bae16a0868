// A log in memory for the simulator and for tests. It stores the same sealed bytes as the SQLite log, so one
// codec and one checksum serve both, and it fails on command, always in the same way for the same commands.

import Domain

/// What several `MemoryLog`s share: the disks of a simulated cluster.
public final class MemoryLogStorage {
    final class Partition {
        var epoch: UInt64 = 0
        var owner = ""
        var entries: [StoredEntry] = []
        /// Sealed bytes by index, newest last.
        var snapshots: [(index: UInt64, bytes: [UInt8])] = []

        var lastIndex: UInt64 { entries.last.map { $0.firstIndex + UInt64($0.recordCount) - 1 } ?? 0 }
    }

    public let partitionCount: Int
    private var partitions: [PartitionID: Partition] = [:]
    private var faults: [MemoryLogFault] = []

    public init(partitionCount: Int) {
        precondition((1...Int(UInt16.max)).contains(partitionCount), "a log needs 1 to 65,535 partitions")
        self.partitionCount = partitionCount
    }

    /// Makes the next operation of the fault's kind fail; faults of one kind wait in line.
    public func inject(_ fault: MemoryLogFault) { faults.append(fault) }

    func partition(_ partition: PartitionID) throws(LogError) -> Partition {
        guard partition == .broadcast || Int(partition.number) < partitionCount else {
            throw .unknownPartition(partition, count: partitionCount)
        }
        if let known = partitions[partition] { return known }
        let new = Partition()
        partitions[partition] = new
        return new
    }

    func takeFault(_ matches: (MemoryLogFault) -> Bool) -> MemoryLogFault? {
        faults.firstIndex(where: matches).map { faults.remove(at: $0) }
    }

    /// Flips one bit of the stored entry that holds a record, as a failing disk would.
    /// - Returns: false when there is no such record.
    @discardableResult
    public func flipBit(_ bit: Int, inRecord index: UInt64, of partition: PartitionID) -> Bool {
        guard let state = partitions[partition], bit >= 0,
            let position = state.entries.lastIndex(where: { $0.firstIndex <= index })
        else { return false }
        let byte = (bit / 8) % state.entries[position].payload.count
        state.entries[position].payload[byte] ^= 1 << UInt8(bit % 8)
        return true
    }

    /// Flips one bit of the newest snapshot.
    @discardableResult
    public func flipBit(_ bit: Int, inNewestSnapshotOf partition: PartitionID) -> Bool {
        guard let state = partitions[partition], let newest = state.snapshots.last, bit >= 0 else { return false }
        let byte = (bit / 8) % newest.bytes.count
        state.snapshots[state.snapshots.count - 1].bytes[byte] ^= 1 << UInt8(bit % 8)
        return true
    }
}

/// How a simulated disk fails. The four writes of a disk end in one of these ways.
public enum MemoryLogFault: Equatable, Sendable {
    /// The next append finds no space; nothing is written.
    case diskFull
    /// The next append's sync fails and its records are lost.
    case appendLost
    /// The next append's sync fails, yet its records turn out to be there: only the acknowledgement is lost.
    case appendKept
    /// The next claim fails; the epoch stays.
    case claimFails
    /// The next snapshot is not saved.
    case snapshotFails
    /// The next read fails.
    case readFails
}

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
        guard epoch == state.epoch else { throw .fenced(currentEpoch: state.epoch) }
        if storage.takeFault({ $0 == .claimFails }) != nil { throw failure("the claim was not written", partition) }
        if let last = state.entries.last { _ = try last.opened(partition: partition, file: Self.file) }
        state.epoch += 1
        state.owner = owner
        return Claim(epoch: state.epoch, lastIndex: state.lastIndex)
    }

    @discardableResult
    public func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        let state = try storage.partition(partition)
        guard epoch == state.epoch, epoch > 0 else { throw .fenced(currentEpoch: state.epoch) }
        guard lastIndex == state.lastIndex else { throw .unexpectedIndex(actual: state.lastIndex) }
        guard !records.isEmpty else { return lastIndex }
        let entry = try StoredEntry(
            sealing: records, partition: partition, firstIndex: lastIndex + 1, epoch: epoch)
        switch storage.takeFault({ [.diskFull, .appendLost, .appendKept].contains($0) }) {
        case .diskFull: throw .diskFull(place: Self.place(partition))
        case .appendLost: throw failure("the sync failed", partition)
        case .appendKept:
            state.entries.append(entry)
            throw failure("the sync failed", partition)
        default: state.entries.append(entry)
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
            entries.append(try stored.opened(partition: partition, file: Self.file))
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
