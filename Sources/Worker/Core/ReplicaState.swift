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
}

extension PartitionState: ReplicaState {
    init(_ replay: Replay) { self = replay.partition }

    var frozen: FrozenState.Content { .keyed(self) }
}

extension BroadcastState: ReplicaState {
    init(_ replay: Replay) { self = replay.broadcast }

    var frozen: FrozenState.Content { .broadcast(self) }
}

/// The digest of a state's canonical bytes.
func digest(ofState bytes: [UInt8]) -> UInt64 {
    var hash = FNV1a()
    hash.update(bytes)
    return finalMix(hash.value)
}
