import Domain
import Models

/// A partition's state as bytes, at one index.
public struct StateSnapshot: Equatable, Sendable {
    public var index: UInt64
    public var epoch: UInt64
    public var stateHash: UInt64
    public var bytes: [UInt8]
}

extension WorkerCore {
    /// The state of a partition that this worker leads, or of the broadcast partition; nil for any other.
    /// O(state).
    public func snapshot(of partition: PartitionID) -> StateSnapshot? {
        if partition == .broadcast {
            let bytes = broadcast.encoded()
            return StateSnapshot(
                index: broadcast.index, epoch: broadcastEpoch, stateHash: stateHash(of: bytes), bytes: bytes)
        }
        guard let led = partitions[partition] else { return nil }
        let bytes = led.state.encoded()
        return StateSnapshot(
            index: led.state.index, epoch: led.queue.epoch, stateHash: stateHash(of: bytes), bytes: bytes)
    }

    /// What an operator sees of a partition.
    public func status(of partition: PartitionID) throws(Refusal) -> PartitionStatus {
        guard let snapshot = snapshot(of: partition) else { throw notLed(partition) }
        return PartitionStatus(
            partition: partition, leader: configuration.name, index: snapshot.index, epoch: snapshot.epoch,
            shoppers: UInt64(partitions[partition]?.state.shopperCount ?? 0), stateHash: snapshot.stateHash)
    }

    /// The index that an answer about this key has seen; 0 when another worker leads its partition.
    public func index(seenBy key: KeyHash) -> UInt64 {
        partitions[key.partition(of: configuration.partitions)]?.state.index ?? 0
    }

    /// The partitions that this worker leads, the broadcast one last.
    public var ledPartitions: [PartitionID] {
        partitions.keys.sorted() + (broadcastEpoch > 0 ? [.broadcast] : [])
    }

    /// The model that shall serve, by the broadcast log.
    public var activation: ModelActivation? { broadcast.activation }

    public var servingVersion: UInt64 { model?.bundle.version ?? 0 }

    /// nil while no model serves.
    public var servingChecksum: UInt64? { model?.checksum }

    public func report(isReady: Bool, problem: String) -> WorkerReport {
        WorkerReport(
            name: configuration.name, isReady: isReady, modelVersion: servingVersion,
            catalogueProducts: UInt64(broadcast.productCount), broadcastIndex: broadcast.index, answered: answered,
            problem: problem,
            replicas: ledPartitions.map {
                ReplicaReport(partition: $0, role: .leading, epoch: 0, index: 0)
            })
    }
}
