// What a replica needs of the state that it keeps, whichever log that state is folded from.

import Domain

protocol ReplicaState: Equatable, Sendable {
    init()
    /// What a replay came to.
    init(_ replay: Replay)
    /// The last record applied.
    var index: UInt64 { get }
    /// Applies the next record.
    /// - Returns: events that counted, when it is a record of events.
    @discardableResult
    mutating func apply(_ record: Record, calendar: ShopCalendar) -> Int
    var frozen: FrozenState.Content { get }
    /// Records that take longer to read back than a snapshot of this state takes to keep and to restore.
    var recordsWorthASnapshot: UInt64 { get }
}

extension PartitionState: ReplicaState {
    init(_ replay: Replay) { self = replay.partition }

    var frozen: FrozenState.Content { .keyed(self) }

    /// A shopper takes about twice as long to restore as a record takes to apply. Below the fewest, the files that are
    /// written and synced would cost more than the replay that they shorten.
    var recordsWorthASnapshot: UInt64 { max(Self.fewestRecordsWorthASnapshot, 2 * UInt64(shopperCount)) }

    static let fewestRecordsWorthASnapshot: UInt64 = 2_000
}

extension BroadcastState: ReplicaState {
    init(_ replay: Replay) { self = replay.broadcast }

    var frozen: FrozenState.Content { .broadcast(self) }

    /// Unknown: a record may hold one price freeze or thousands of products. So `snapshots.every_records` decides.
    var recordsWorthASnapshot: UInt64 { .max }
}

/// The digest of a state's canonical bytes.
func digest(ofState bytes: [UInt8]) -> UInt64 {
    var hash = FNV1a()
    hash.update(bytes)
    return finalMix(hash.value)
}
