// What this worker holds, and as what. Routers assign partitions and ask for leads, the log says what has come of it.

import Domain

extension WorkerCore {
    /// Microseconds after which a partition that no router assigns is released.
    public static let releaseAfter: UInt64 = 5_000_000
    /// How much one gap between two assignments counts for: when no router is heard, or this process stood still,
    /// nobody has said that a partition is not wanted.
    private static let longestGap: UInt64 = 1_000_000

    // MARK: - Routers

    /// A router has said what this worker shall hold. The worker holds what any of its routers has assigned within the
    /// last five seconds.
    public mutating func assigned(
        _ assignment: Assignment, now: MonotonicInstant, into actions: inout [WorkerAction]
    ) {
        let elapsed = min(lastAssignment.map(now.microseconds(since:)) ?? 0, Self.longestGap)
        lastAssignment = now
        for place in keyed.indices { keyed[place]?.unassigned += elapsed }
        for partition in assignment.partitions {
            guard let place = place(of: partition) else { continue }
            if keyed[place] == nil {
                keyed[place] = Replica(partition, bounced: bouncedUnheld.removeValue(forKey: partition) ?? [])
                actions.append(.load(partition))
            }
            keyed[place]?.unassigned = 0
        }
        for place in keyed.indices {
            // Whoever leads, or is about to, waits for the next leader; whoever has shown prices that are not in the
            // log keeps them until they promise nothing any more.
            guard let replica = keyed[place], replica.unassigned >= Self.releaseAfter, replica.role == .following,
                replica.exposures.isEmpty
            else { continue }
            bouncedUnheld[replica.partition] = replica.bounced
            keyed[place] = nil
            actions.append(.release(replica.partition))
        }
    }

    /// A router wants this worker to lead a partition.
    /// - Parameters:
    ///   - epoch: the newest that the router has heard of.
    ///   - router: as in the tickets of its requests.
    ///   - inOrder: everything of this partition that the router has unanswered follows, in order of arrival.
    public mutating func leadRequested(
        _ partition: PartitionID, after epoch: UInt64, by router: Int, inOrder: Bool, now: MonotonicInstant,
        into actions: inout [WorkerAction]
    ) {
        if inOrder {
            bouncedUnheld[partition]?.remove(router)
            deliver(.sentAgain(by: router), to: partition, &actions)
        }
        guard !isDraining || role(of: partition) == .leading else { return }
        deliver(.leadRequested(after: epoch, now), to: partition, &actions)
    }

    /// This worker shall hand over what it leads, or need not any more. It goes on leading until another worker
    /// claims; it only claims nothing itself.
    public mutating func drainRequested(_ drain: Bool) {
        isDraining = drain
        guard drain else { return }
        var actions: [WorkerAction] = []
        for partition in heldPartitions { deliver(.drainStarted, to: partition, &actions) }
    }

    // MARK: - The log

    /// A partition's state was read back.
    public mutating func loaded(
        _ partition: PartitionID, _ replay: Replay, _ leadership: Leadership, now: MonotonicInstant,
        into actions: inout [WorkerAction]
    ) {
        deliver(.loaded(replay, leadership, now), to: partition, &actions)
    }

    /// The log was read on.
    /// - Parameters:
    ///   - index: of the record before the first.
    ///   - leadership: as read before the records.
    public mutating func followed(
        _ partition: PartitionID, _ records: [Record], after index: UInt64, _ leadership: Leadership,
        now: MonotonicInstant, into actions: inout [WorkerAction]
    ) {
        deliver(.followed(records, after: index, leadership, now), to: partition, &actions)
    }

    /// This worker leads, and everything up to the claim has been reported.
    public mutating func claimed(
        _ partition: PartitionID, _ claim: Claim, now: MonotonicInstant, into actions: inout [WorkerAction]
    ) {
        deliver(.claimed(claim, now), to: partition, &actions)
    }

    /// Somebody else claimed first, or, under an epoch that has not changed, the log could not write the claim.
    public mutating func claimRefused(
        _ partition: PartitionID, _ leadership: Leadership, now: MonotonicInstant, into actions: inout [WorkerAction]
    ) {
        deliver(.claimRefused(leadership, isDraining: isDraining, now), to: partition, &actions)
    }

    /// The append under way is durable.
    public mutating func appended(to partition: PartitionID, into actions: inout [WorkerAction]) {
        deliver(.appended, to: partition, &actions)
    }

    /// The append under way was not made.
    public mutating func appendRefused(
        by partition: PartitionID, _ failure: AppendFailure, now: MonotonicInstant, into actions: inout [WorkerAction]
    ) {
        deliver(.appendRefused(failure, now), to: partition, &actions)
    }

    /// A checkpoint's state was hashed.
    public mutating func stateHashed(_ partition: PartitionID, _ checkpoint: StateCheckpoint) {
        var actions: [WorkerAction] = []
        deliver(.stateHashed(checkpoint), to: partition, &actions)
    }

    // MARK: - Time

    /// Claims what was asked for too early, and hands the prices shown to the log every so often.
    public mutating func timeAdvanced(
        to now: MonotonicInstant, _ time: Timestamp, into actions: inout [WorkerAction]
    ) {
        if let nextClaim, nextClaim <= now {
            self.nextClaim = nil
            for partition in heldPartitions { deliver(.timeAdvanced(now), to: partition, &actions) }
        }
        if nextExposures <= now {
            nextExposures = now.adding(microseconds: configuration.logExposuresEveryMicroseconds)
            exposuresDue(at: time, into: &actions)
        }
    }

    /// Hands the prices shown since the last time to the log.
    public mutating func exposuresDue(at time: Timestamp, into actions: inout [WorkerAction]) {
        for place in keyed.indices where keyed[place] != nil {
            deliver(.exposuresDue(time), to: PartitionID(UInt16(place)), &actions)
        }
    }
}
