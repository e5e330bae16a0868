// Which worker gets a partition's requests. All of a partition's requests are outstanding at one worker, its
// target; when the target changes, whatever is unanswered is sent to the new one in order of arrival. That, and the
// log's refusal of stale leaders, keeps the order of one shopper's writes (docs/adr/0009).

import Domain

extension RouterCore {
    /// How long a target that was asked to lead may take before another leader is listened to again.
    static let leadPatienceMicroseconds: UInt64 = 1_000_000
    /// Between two requests to lead; also how long one that has claimed may take to say so.
    static let leadAgainMicroseconds: UInt64 = 100_000

    // MARK: - Choosing

    /// Looks whether the target is still the right one.
    mutating func reconsider(_ chain: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        let partition = partitions[chain]
        let best = bestTarget(of: partition, now)
        if best != partition.target {
            rememberFailure(chain, now)
            move(chain, to: best, now, &actions)
        } else {
            askToLead(chain, now, &actions)
            flush(chain, now, &actions)
        }
    }

    /// Whom to give a partition's requests: the best of those that can be trusted; else of those that can be heard,
    /// though they have stopped before; else whoever is there at all: the last replica is never given up.
    private func bestTarget(of partition: PartitionView, _ now: MonotonicInstant) -> Int? {
        let leader = workers.indices.first { leads($0, partition) }
        let holders = holders(of: partition.id)
        if let other = targetAfterFailures(of: partition, leader, holders, now) { return other }
        if let trusted = best(of: partition, leader, holders, now, { $0.isTrusted(now: now) }) { return trusted }
        if planted(.lastReplicaGivenUp) { return nil }
        if let heard = best(of: partition, leader, holders, now, { $0.isHeard }) { return heard }
        if let leader { return leader }
        return partition.target.flatMap { serves($0, partition.id) ? $0 : nil } ?? holders.first
    }

    /// Of the workers that are good enough: the leader by the log; else the target as it is; else the first replica in
    /// the order of the placement, a draining one last.
    private func best(
        of partition: PartitionView, _ leader: Int?, _ holders: [Int], _ now: MonotonicInstant,
        _ isGoodEnough: (WorkerView) -> Bool
    ) -> Int? {
        if let leader, isGoodEnough(workers[leader]), !isAwaitingTarget(partition, now) { return leader }
        let good = holders.filter { isGoodEnough(workers[$0]) }
        if let target = partition.target, good.contains(target) { return target }
        return good.first { !workers[$0].report.isDraining } ?? good.first
    }

    /// The leader that the target was asked to follow does not count while the target takes over.
    func isAwaitingTarget(_ partition: PartitionView, _ now: MonotonicInstant) -> Bool {
        partition.askedAfter == partition.epoch
            && now.microseconds(since: partition.movedAt) < Self.leadPatienceMicroseconds
    }

    /// Whether a worker leads under the newest epoch. One that leads under an older epoch has lost its lead, and will
    /// learn so from the log.
    func leads(_ worker: Int, _ partition: PartitionView) -> Bool {
        guard workers[worker].isConnected, let replica = workers[worker].replicas[partition.id] else { return false }
        return replica.role == .leading && replica.epoch == partition.epoch
    }

    /// Whether a worker has read so much of a partition that it can answer for it.
    func serves(_ worker: Int, _ partition: PartitionID) -> Bool {
        guard workers[worker].isConnected, let replica = workers[worker].replicas[partition] else { return false }
        return replica.role != .loading
    }

    /// Every worker that can answer for a partition, in the order of the placement; others after.
    private func holders(of partition: PartitionID) -> [Int] {
        let placed = placement.holders(of: partition).map { placedWorkers[$0] }
        let others = workers.indices.filter { !placed.contains($0) }
        return (placed + others).filter { serves($0, partition) }
    }

    // MARK: - Moving

    /// Makes another worker the target and sends it everything that is unanswered.
    mutating func move(_ chain: Int, to target: Int?, _ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        let earlier = partitions[chain].target
        recall(chain) { _ in true }
        partitions[chain].target = target
        partitions[chain].movedAt = now
        partitions[chain].askedAfter = nil
        partitions[chain].leaderlessSince = nil
        partitions[chain].holdsWrites = false
        askToLead(chain, inOrder: true, now, &actions)
        flush(chain, now, &actions)
        // It may have been trying a suspect of this partition; now it can try one of another.
        if let earlier { tryNextSuspect(on: earlier, now, &actions) }
    }

    /// Takes requests of a partition back from whoever has them.
    mutating func recall(_ chain: Int, where isRecalled: (InFlightRequest) -> Bool) {
        for slot in inFlight.slots(ofChain: chain) {
            if let request = inFlight[slot], isRecalled(request) { takeBack(slot) }
        }
    }

    /// A request that some worker has, or had, waits again.
    mutating func takeBack(_ slot: Slot) {
        guard let request = inFlight[slot], let worker = request.worker else { return }
        workers[worker].load.taken(request.header)
        if workers[worker].suspectUnderTrial == slot { workers[worker].suspectUnderTrial = nil }
        inFlight.update(slot) { $0.worker = nil }
        if request.chain != directChain, !request.isSuspect { partitions[request.chain].parked += 1 }
    }

    /// Some worker knows of this epoch. When it is a new one, somebody has claimed it, and will say so: the target is
    /// not asked to take it away.
    mutating func heard(ofEpoch epoch: UInt64, _ chain: Int, _ now: MonotonicInstant) {
        guard epoch > partitions[chain].epoch else { return }
        partitions[chain].epoch = epoch
        partitions[chain].leaderExpectedUntil = now.adding(microseconds: Self.leadAgainMicroseconds)
    }

    /// Whether the target does not lead, and it is time to ask it to.
    func shouldAskToLead(_ partition: PartitionView, _ now: MonotonicInstant) -> Bool {
        guard let target = partition.target, !leads(target, partition), now >= partition.leaderExpectedUntil else {
            return false
        }
        return partition.askedAfter == nil || now.microseconds(since: partition.askedAt) >= Self.leadAgainMicroseconds
    }

    /// Asks the target to lead, if it does not, and not too often.
    /// - Parameter inOrder: nothing of this partition is with the target; what waits follows.
    private mutating func askToLead(
        _ chain: Int, inOrder: Bool = false, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        let partition = partitions[chain]
        guard let target = partition.target else { return }
        if leads(target, partition) {
            partitions[chain].askedAfter = nil
            partitions[chain].leaderlessSince = nil
            partitions[chain].leaderExpectedUntil = now
            guard partition.holdsWrites || inOrder else { return }
            // It may have sent back writes of ours before it led, and sends back all since; so everything is sent again.
            partitions[chain].holdsWrites = false
            recall(chain) { $0.header.kind.writes }
            return actions.append(.lead(worker: target, partition.id, after: partition.epoch, inOrder: true))
        }
        if partition.askedAfter == nil, now < partition.leaderExpectedUntil { partitions[chain].holdsWrites = true }
        guard shouldAskToLead(partition, now), !planted(.leadNeverAskedFor) else { return }
        partitions[chain].askedAfter = partition.epoch
        partitions[chain].askedAt = now
        partitions[chain].leaderlessSince = partition.leaderlessSince ?? now
        actions.append(.lead(worker: target, partition.id, after: partition.epoch, inOrder: inOrder))
    }

    // MARK: - Sending

    /// Sends what waits, in order of arrival, as far as it may go.
    mutating func flush(_ chain: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        guard let target = partitions[chain].target else { return }
        if partitions[chain].parked > 0 {
            var holdsWrites = partitions[chain].holdsWrites
            let waiting = inFlight.slots(ofChain: chain)
            for slot in planted(.sentOnBackwards) ? waiting.reversed() : waiting {
                guard let request = inFlight[slot] else { continue }
                if request.isSuspect || request.awaitsIdentity {
                    holdsWrites = true
                } else if request.worker == nil, !(request.header.kind.writes && holdsWrites) {
                    forward(slot, to: target, now, &actions)
                }
            }
        }
        if partitions[chain].suspects > 0 { tryNextSuspect(on: target, now, &actions) }
    }

    /// Whether a request that has just arrived, and is no suspect, may go to the target.
    func mayForward(_ header: MessageHeader, _ partition: PartitionView) -> Bool {
        !header.kind.writes || !(partition.holdsWrites || partition.suspects > 0)
    }

    mutating func forward(
        _ slot: Slot, to worker: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        partitions[inFlight[slot]!.chain].parked -= 1
        give(slot, to: worker, now, &actions)
    }

    mutating func give(
        _ slot: Slot, to worker: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        workers[worker].load.given(inFlight[slot]!.header)
        let tag = slot.tag
        let header = inFlight.update(slot) { request in
            request.worker = worker
            request.givenAt = now
            request.handovers += 1
            var header = request.header
            header.tag = tag
            header.deadlineMicroseconds = UInt32(clamping: request.deadline.microseconds(since: now))
            return header
        }
        actions.append(.forward(slot, worker: worker, header))
    }
}
