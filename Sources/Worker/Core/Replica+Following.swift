// Reading what others have appended.

import Domain

extension Replica {
    mutating func loaded(
        _ replay: Replay, _ leadership: Leadership, _ now: MonotonicInstant, _ actions: inout [WorkerAction]
    ) {
        guard role == .loading else { return }
        state = State(replay)
        snapshotIndex = replay.snapshotIndex
        self.leadership = leadership
        role = .following
        claimIfDue(now, &actions)
    }

    /// - Parameter index: of the record before the first.
    mutating func followed(
        _ records: [Record], after index: UInt64, _ leadership: Leadership, _ now: MonotonicInstant,
        _ configuration: WorkerConfiguration, _ actions: inout [WorkerAction]
    ) {
        // What was read before this replica was released and taken up again.
        guard role != .loading else { return }
        precondition(index <= state.index, "records of partition \(partition) are missing before index \(index + 1)")
        let news = records.dropFirst(Int(clamping: state.index - index))
        for record in planted(.followerAppliesBackwards) ? news.reversed()[...] : news[...] {
            if case .exposures(_, let others) = record { exposures.supersede(by: others) }
            apply(record, configuration, &actions)
        }
        // Its leader keeps the snapshots.
        if isSnapshotDue(configuration) { snapshotIndex = state.index }
        learn(leadership, now, &actions)
        claimIfDue(now, &actions)
    }

    /// Applies the next durable record.
    @discardableResult
    mutating func apply(
        _ record: Record, _ configuration: WorkerConfiguration, _ actions: inout [WorkerAction]
    ) -> Int {
        let counted = state.apply(record, calendar: configuration.calendar)
        if case .checkpoint = record { actions.append(.hashState(frozen)) }
        return counted
    }

    func isSnapshotDue(_ configuration: WorkerConfiguration) -> Bool {
        state.index - snapshotIndex >= min(configuration.snapshotEveryRecords, state.recordsWorthASnapshot)
    }
}
