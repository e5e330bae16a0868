// What several `MemoryLog`s share: the disks of a simulated cluster, with everything that can be wrong with them.

import Domain

/// Told of everything that becomes durable, in order: the simulator's witness of the truth.
public protocol MemoryLogObserver: AnyObject {
    /// - Parameter epoch: the newest that the claimant had seen.
    func claimed(_ partition: PartitionID, _ leadership: Leadership, after epoch: UInt64)
    func appended(_ entry: LogEntry, to partition: PartitionID)
}

public final class MemoryLogStorage {
    final class Partition {
        var epoch: UInt64 = 0
        var owner = ""
        var entries: [StoredEntry] = []
        /// Sealed bytes by index, newest last.
        var snapshots: [(index: UInt64, bytes: [UInt8])] = []
        /// An entry that a process was writing when it died: part of its bytes, or all of them.
        var tail: StoredEntry?

        var lastIndex: UInt64 { entries.last.map { $0.firstIndex + UInt64($0.recordCount) - 1 } ?? 0 }
    }

    public let partitionCount: Int
    public weak var observer: (any MemoryLogObserver)?
    /// While true, nothing can be appended: no space is left.
    public var isFull = false
    private var partitions = PartitionMap<Partition>()
    private var faults: [MemoryLogFault] = []

    public init(partitionCount: Int) {
        precondition((1...Int(UInt16.max)).contains(partitionCount), "a log needs 1 to 65,535 partitions")
        self.partitionCount = partitionCount
    }

    /// Makes the next operation of the fault's kind fail; faults of one kind wait in line.
    public func inject(_ fault: MemoryLogFault) { faults.append(fault) }

    /// Forgets faults that have not come to pass.
    public func forgetFaults() { faults = [] }

    func takeFault(_ matches: (MemoryLogFault) -> Bool) -> MemoryLogFault? {
        guard !faults.isEmpty else { return nil }
        return faults.firstIndex(where: matches).map { faults.remove(at: $0) }
    }

    func partition(_ partition: PartitionID) throws(LogError) -> Partition {
        guard partition == .broadcast || Int(partition.number) < partitionCount else {
            throw .unknownPartition(partition, count: partitionCount)
        }
        guard let known = partitions[partition] else {
            let new = Partition()
            partitions[partition] = new
            return new
        }
        if let tail = known.tail { recover(known, tail, partition) }
        return known
    }

    /// What a process left behind that died while it wrote: kept when it is whole, cut when it is not. Nobody was
    /// told that it is durable.
    private func recover(_ state: Partition, _ tail: StoredEntry, _ partition: PartitionID) {
        state.tail = nil
        do throws(LogError) {
            let entry = try tail.opened(partition: partition, file: "memory")
            keep(tail, entry, state, partition)
        } catch {
            if planted(.acknowledgedTailCut), !state.entries.isEmpty { state.entries.removeLast() }
            if planted(.tornTailKept) { state.entries.append(tail) }
        }
    }

    func keep(_ stored: StoredEntry, _ entry: LogEntry, _ state: Partition, _ partition: PartitionID) {
        state.entries.append(stored)
        observer?.appended(entry, to: partition)
    }
}

// MARK: - Damage

extension MemoryLogStorage {
    /// A process dies in the middle of an append: some of the entry's bytes are on the disk, perhaps all of them.
    /// Does nothing when the append would have been refused.
    /// - Parameter share: of the bytes, 0 to 1.
    public func tear(
        _ records: [Record], in partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64, share: Double
    ) {
        guard let state = try? self.partition(partition), epoch == state.epoch, lastIndex == state.lastIndex,
            !isFull, !records.isEmpty,
            var entry = try? StoredEntry(
                sealing: records, partition: partition, firstIndex: lastIndex + 1, epoch: epoch)
        else { return }
        let kept = Int((Double(entry.payload.count) * min(max(share, 0), 1)).rounded(.down))
        entry.payload.removeLast(entry.payload.count - kept)
        state.tail = entry
    }

    /// Where an entry begins that holds a record; nil when there is no such record.
    func position(ofRecord index: UInt64, in state: Partition) -> Int? {
        state.entries.lastIndex { $0.firstIndex <= index }
    }

    /// Flips one bit of the stored entry that holds a record, as a failing disk would. Doing it again repairs it.
    /// - Returns: false when there is no such record.
    @discardableResult
    public func flipBit(_ bit: Int, inRecord index: UInt64, of partition: PartitionID) -> Bool {
        guard let state = partitions[partition], bit >= 0, let position = position(ofRecord: index, in: state)
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
