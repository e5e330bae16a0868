// The way of a record from a request to its acknowledgement.
//
// Records are appended in the order in which their requests came; that is what keeps a shopper's writes in order. A
// request that is sent back would break it, if a later one of the same router, already on its way, were then accepted.
// So once a router has had a write sent back, all of its writes are, until it says that what follows is everything that
// it has unanswered, in order.

import Domain

extension Replica {
    /// Appends a record when this replica leads, or once it does if it is about to.
    mutating func write(_ record: Record, _ ticket: Ticket?, _ actions: inout [WorkerAction]) {
        guard role == .leading || role == .claiming, !isBouncing(ticket) else { return bounce(ticket, &actions) }
        guard !queue.isFull else {
            let refusal = Refusal(
                .overloaded, place: "partition \(partition)", value: "\(AppendQueue.capacity) records waiting",
                remedy: "Ask again after a pause that grows with each attempt.")
            return answer(ticket, .refused(refusal), &actions)
        }
        if planted(.acknowledgedBeforeDurable) { answer(ticket, acknowledgement(of: record, counted: 0), &actions) }
        queue.add(.init(record: record, ticket: planted(.acknowledgedBeforeDurable) ? nil : ticket))
        appendNext(&actions)
    }

    mutating func appendNext(_ actions: inout [WorkerAction]) {
        guard role == .leading, let records = queue.next() else { return }
        actions.append(.append(records, to: partition, epoch: leadership.epoch, expecting: state.index))
    }

    /// The append under way is durable.
    mutating func appended(_ configuration: WorkerConfiguration, _ actions: inout [WorkerAction]) {
        // An append of an earlier time as leader: whoever waited for it was sent on.
        guard role == .leading else { return }
        for item in queue.finish() {
            let counted = apply(item.record, configuration, &actions)
            if item.record.isExposures { exposures.recordLogged() }
            answer(item.ticket, acknowledgement(of: item.record, counted: counted), &actions)
        }
        if isSnapshotDue(configuration) {
            snapshotIndex = state.index
            actions.append(.snapshotDue(frozen))
        }
        appendNext(&actions)
    }

    /// The append under way was not made.
    mutating func appendRefused(
        _ failure: AppendFailure, _ now: MonotonicInstant, _ actions: inout [WorkerAction]
    ) {
        guard role == .leading else { return }
        switch failure {
        case .fenced(let epoch):
            learn(Leadership(epoch: epoch, owner: ""), now, &actions)
            if role == .leading { stepDown(&actions) }
        case .unexpectedIndex, .outcomeUnknown: stepDown(&actions)
        case .notWritten(let why, let remedy):
            let refusal = Refusal(
                .logFailed, place: "log of partition \(partition)", value: why,
                remedy: "Nothing was recorded: \(remedy).")
            for item in queue.finish() {
                if item.record.isExposures { exposures.recordRefused() }
                answer(item.ticket, .refused(refusal), &actions)
                if planted(.refusedAppendApplied) { state.apply(item.record, calendar: .utc) }
            }
            appendNext(&actions)
        }
    }

    /// Hands the prices shown to the log if this replica leads. The others keep them while they promise something,
    /// because they may lead soon.
    mutating func logExposures(at time: Timestamp, _ actions: inout [WorkerAction]) {
        guard role == .leading else { return exposures.dropExpired(at: time) }
        exposures.makeRoom(at: time)
        guard exposures.areDue, !queue.isFull else { return }
        for shown in exposures.beginAppend() {
            queue.add(.init(record: .exposures(at: time, shown), ticket: nil))
        }
        appendNext(&actions)
    }

    private func isBouncing(_ ticket: Ticket?) -> Bool {
        ticket.map { bounced.contains($0.router) } ?? false
    }

    /// Sends a write back to its router.
    mutating func bounce(_ ticket: Ticket?, _ actions: inout [WorkerAction]) {
        guard let ticket else { return }
        bounced.insert(ticket.router)
        actions.append(.answer(ticket, .notLeader(partition, epoch: leadership.epoch)))
    }

    func acknowledgement(of record: Record, counted: Int) -> WorkerAnswer? {
        switch record {
        case .events(_, let events):
            .events(
                EventAcknowledgement(
                    partition: partition, index: state.index - (planted(.indexAcknowledgedTooLow) ? 1 : 0),
                    accepted: UInt32(counted),
                    duplicates: UInt32(events.count - counted)))
        case .catalogue(_, let rows):
            .catalogue(CatalogueAcknowledgement(index: state.index, accepted: UInt32(rows.count)))
        case .modelActivated(let activation):
            .activation(
                ActivationAcknowledgement(
                    index: state.index, version: activation.version, checksum: activation.checksum))
        case .modelTried(let trial):
            .activation(
                ActivationAcknowledgement(
                    index: state.index, version: trial?.activation.version ?? 0,
                    checksum: trial?.activation.checksum ?? 0))
        case .stockValues(let tenant, _, let values):
            .stock(tenant: tenant, CatalogueAcknowledgement(index: state.index, accepted: UInt32(values.count)))
        case .checkpoint: .checkpoint(partition, index: state.index)
        case .priceFreeze(let freeze): .freeze(freeze, FreezeAcknowledgement(index: state.index))
        case .exposures: nil
        }
    }

    private func answer(_ ticket: Ticket?, _ answer: WorkerAnswer?, _ actions: inout [WorkerAction]) {
        if let ticket, let answer { actions.append(.answer(ticket, answer)) }
    }
}
