// Reading state back: a snapshot, then the records after it, in order. Used by a worker that starts and by
// anyone who wants to check what a log folds to.

import Domain

/// Folds one partition's records. Feed it in index order.
public struct Replay: Sendable {
    private let id: PartitionID
    private let calendar: ShopCalendar
    private(set) var partition = PartitionState()
    private(set) var broadcast = BroadcastState()
    private(set) var snapshotIndex: UInt64 = 0

    public init(of partition: PartitionID, calendar: ShopCalendar) {
        id = partition
        self.calendar = calendar
    }

    /// Starts from a snapshot instead of from nothing.
    /// - Throws: when the bytes are not a state of this version, or not the state that `stateHash` names.
    public init(
        of partition: PartitionID, calendar: ShopCalendar, snapshot: [UInt8], stateHash expected: UInt64
    ) throws(ByteError) {
        self.init(of: partition, calendar: calendar)
        guard digest(ofState: snapshot) == expected else {
            throw ByteError(offset: 0, problem: "the snapshot's state hash does not match its bytes")
        }
        if partition == .broadcast {
            broadcast = try BroadcastState(decoding: snapshot)
        } else {
            self.partition = try PartitionState(decoding: snapshot)
        }
        snapshotIndex = index
    }

    /// The last record applied.
    public var index: UInt64 { id == .broadcast ? broadcast.index : partition.index }

    public mutating func apply(_ records: some Sequence<Record>) {
        for record in records {
            if id == .broadcast {
                _ = broadcast.apply(record, calendar: calendar)
            } else {
                _ = partition.apply(record, calendar: calendar)
            }
        }
    }

    /// The state as far as it has been read.
    public var frozen: FrozenState {
        FrozenState(
            id, Leadership(epoch: 0, owner: ""), id == .broadcast ? .broadcast(broadcast) : .keyed(partition))
    }
}
