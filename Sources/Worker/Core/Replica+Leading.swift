// How a replica comes to lead and ceases to. The log decides: a claim succeeds only after the epoch that the claimant
// has seen, and an append only under the newest one.

import Domain

extension Replica {
    /// A router wants this replica to lead.
    /// - Parameter epoch: the newest that the router has heard of.
    mutating func leadRequested(after epoch: UInt64, _ now: MonotonicInstant, _ actions: inout [WorkerAction]) {
        guard epoch >= leadership.epoch, role != .claiming else { return }
        if role != .loading && epoch > leadership.epoch { actions.append(.catchUp(partition)) }
        guard role != .leading else { return }
        leadWanted = epoch
        claimIfDue(now, &actions)
    }

    /// Claims if a router has asked for it, nobody else has claimed since, and the last change is long enough ago.
    mutating func claimIfDue(_ now: MonotonicInstant, _ actions: inout [WorkerAction]) {
        if let leadWanted, leadWanted < leadership.epoch { self.leadWanted = nil }
        guard mayClaim, pacing.allowsClaim(at: now) else { return }
        leadWanted = nil
        role = .claiming
        claimAfter = leadership.epoch
        actions.append(.claim(partition, after: leadership.epoch))
    }

    private var mayClaim: Bool { role == .following && leadWanted == leadership.epoch }

    /// When a claim that was asked for too early may be made.
    var claimDue: MonotonicInstant? { mayClaim ? pacing.earliestClaim : nil }

    /// - Precondition: the state includes everything up to the claim.
    mutating func claimed(
        _ claim: Claim, _ now: MonotonicInstant, _ configuration: WorkerConfiguration,
        _ actions: inout [WorkerAction]
    ) {
        guard role == .claiming else { return }
        precondition(
            state.index >= claim.lastIndex,
            "partition \(partition) was claimed at index \(claim.lastIndex), but only \(state.index) is applied")
        leadership = Leadership(epoch: claim.epoch, owner: configuration.name)
        pacing.epochChanged(now)
        role = .leading
        appendNext(&actions)
    }

    mutating func claimRefused(
        _ leadership: Leadership, isDraining: Bool, _ now: MonotonicInstant, _ actions: inout [WorkerAction]
    ) {
        guard role == .claiming else { return }
        if leadership.epoch == claimAfter {
            // Nobody was quicker: the log was busy, or full.
            pacing.claimFailed(now)
            if !isDraining { leadWanted = claimAfter }
        }
        learn(leadership, now, &actions)
        stepDown(&actions)
    }

    /// Takes notice of who leads. A leader that learns of a newer one steps down.
    mutating func learn(
        _ leadership: Leadership, _ now: MonotonicInstant, _ actions: inout [WorkerAction]
    ) {
        guard leadership.epoch >= self.leadership.epoch else { return }
        let isNewer = leadership.epoch > self.leadership.epoch
        // A refused append tells the epoch and not the owner.
        if isNewer || !leadership.owner.isEmpty { self.leadership = leadership }
        guard isNewer else { return }
        pacing.epochChanged(now)
        if role == .leading { stepDown(&actions) }
    }

    /// Who waits is sent to the next leader. What was under way was appended before the next leader claimed, and is a
    /// repetition there, or never will be.
    mutating func stepDown(_ actions: inout [WorkerAction]) {
        role = .following
        exposures.appendsGivenUp()
        for item in queue.removeAll() {
            if planted(.fencedWriteAcknowledged), let ticket = item.ticket, case .events = item.record {
                actions.append(.answer(ticket, acknowledgement(of: item.record, counted: 0)!))
            } else {
                bounce(item.ticket, &actions)
            }
        }
    }
}
