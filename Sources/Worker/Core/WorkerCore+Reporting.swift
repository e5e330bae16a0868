import Domain
import Models

extension WorkerCore {
    /// What an operator wants to see of a partition: leading or following.
    public mutating func inspectRequested(
        _ partition: PartitionID, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        guard let state = frozenState(of: partition) else {
            return answer(ticket, .notLeader(partition, epoch: epoch(of: partition)), &actions)
        }
        answered += 1
        actions.append(.inspect(ticket, state))
    }

    /// The state of a partition that this worker holds and has loaded; nil for any other. Shared, not copied.
    public func frozenState(of partition: PartitionID) -> FrozenState? {
        if partition == .broadcast { return broadcast.isReadable ? broadcast.frozen : nil }
        guard let place = place(of: partition), let replica = keyed[place], replica.isReadable else { return nil }
        return replica.frozen
    }

    /// nil for a partition that this worker does not hold.
    public func role(of partition: PartitionID) -> ReplicaRole? {
        partition == .broadcast ? broadcast.role : place(of: partition).flatMap { keyed[$0]?.role }
    }

    /// The newest epoch of a partition that this worker knows of; 0 when it does not hold it.
    public func epoch(of partition: PartitionID) -> UInt64 {
        if partition == .broadcast { return broadcast.leadership.epoch }
        return place(of: partition).flatMap { keyed[$0]?.leadership.epoch } ?? 0
    }

    /// The last record applied; nil for a partition that this worker does not hold.
    public func index(of partition: PartitionID) -> UInt64? {
        partition == .broadcast ? broadcast.state.index : place(of: partition).flatMap { keyed[$0]?.state.index }
    }

    /// The index that an answer about this key has seen; 0 when its partition is not held.
    public func index(seenBy key: KeyHash) -> UInt64 { index(of: key.partition(of: configuration.partitions)) ?? 0 }

    /// Every partition that this worker holds, the broadcast one last.
    public var heldPartitions: [PartitionID] { keyed.compactMap { $0?.partition } + [.broadcast] }

    /// The partitions that this worker leads, the broadcast one last.
    public var ledPartitions: [PartitionID] { heldPartitions.filter { role(of: $0) == .leading } }

    /// Whether some append has been decided and not yet reported back.
    public var isAppending: Bool {
        broadcast.queue.isAppending || keyed.contains { $0?.queue.isAppending == true }
    }

    /// The model that shall serve, by the broadcast log.
    public var activation: ModelActivation? { broadcast.state.models.serving }

    /// Activations whose bundle this worker has not loaded, the one that shall serve first.
    public var missingModels: [ModelActivation] { models.missing(broadcast.state.models) }

    public var servingVersion: UInt64 { models.serving?.bundle.version ?? 0 }

    /// nil while no model serves.
    public var servingChecksum: UInt64? { models.serving?.checksum }

    /// Products of all tenants whose prices are frozen.
    func frozenProducts(at now: Timestamp) -> Int {
        broadcast.state.freezes.values.reduce(0) { $0 + $1.count(at: now) }
    }

    /// The freezes of a tenant that are in force, from the worker that leads the broadcast partition: it knows of every
    /// one that was acknowledged.
    /// - Parameter product: the last one of the page before; empty for the first page.
    public func freezes(
        of tenant: String, after product: String, now: Timestamp
    ) throws(Refusal) -> FreezePage {
        guard broadcast.role == .leading else { throw notLeader(.broadcast) }
        return broadcast.state.freezes[tenant]?.page(after: product, at: now)
            ?? FreezePage(freezes: [], hasMore: false)
    }

    /// A heartbeat.
    /// - Parameter isReady: whether the broadcast partition is read and the model that shall serve is loaded.
    public func report(isReady: Bool, problem: String, now: Timestamp) -> WorkerReport {
        WorkerReport(
            name: configuration.name, isReady: isReady, modelVersion: servingVersion,
            catalogueProducts: UInt64(broadcast.state.productCount), broadcastIndex: broadcast.state.index,
            answered: answered, problem: problem, weight: configuration.weight, isDraining: isDraining,
            frozenProducts: UInt64(frozenProducts(at: now)),
            replicas: keyed.compactMap { $0?.report } + [broadcast.report], models: modelReport)
    }
}
