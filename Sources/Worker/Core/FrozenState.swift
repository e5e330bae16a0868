// A partition's state at one index, as a value: what has to be encoded and hashed goes to another thread like this, so
// that the thread that prices never does work that grows with the state.

import Domain

public struct FrozenState: Equatable, Sendable {
    public let partition: PartitionID
    /// Who led when it was frozen, as far as this worker knew.
    public let leadership: Leadership
    private let content: Content

    enum Content: Equatable, Sendable {
        case keyed(PartitionState)
        case broadcast(BroadcastState)
    }

    init(_ partition: PartitionID, _ leadership: Leadership, _ content: Content) {
        self.partition = partition
        self.leadership = leadership
        self.content = content
    }

    /// The last record that the state includes.
    public var index: UInt64 {
        switch content {
        case .keyed(let state): state.index
        case .broadcast(let state): state.index
        }
    }

    /// The canonical bytes: equal states give equal bytes. O(state).
    public func encoded() -> [UInt8] {
        switch content {
        case .keyed(let state): state.encoded()
        case .broadcast(let state): state.encoded()
        }
    }

    /// O(state).
    public func snapshot() -> StateSnapshot {
        let bytes = encoded()
        return StateSnapshot(
            index: index, epoch: leadership.epoch, stateHash: digest(ofState: bytes), bytes: bytes)
    }

    /// O(state).
    public func checkpoint() -> StateCheckpoint {
        StateCheckpoint(index: index, stateHash: digest(ofState: encoded()))
    }

    /// What an operator sees of a partition. O(state).
    public func status() -> PartitionStatus {
        let shoppers =
            switch content {
            case .keyed(let state): state.shopperCount
            case .broadcast: 0
            }
        return PartitionStatus(
            partition: partition, leader: leadership.owner, index: index, epoch: leadership.epoch,
            shoppers: UInt64(shoppers), stateHash: digest(ofState: encoded()))
    }
}

/// A partition's state as bytes, at one index.
public struct StateSnapshot: Equatable, Sendable {
    public var index: UInt64
    public var epoch: UInt64
    public var stateHash: UInt64
    public var bytes: [UInt8]
}
