// One partition at one worker: its state, and what this worker is to it. The same for keyed partitions and for the
// broadcast one. A replica changes its state in one way only, by applying the next durable record, whoever appended
// it; so it may step down from leading at any moment and follow on, with nothing to undo. docs/adr/0009.
//
//     loading ──loaded──► following ──lead requested──► claiming ──claimed──► leading
//                             ▲  ▲                          │ refused            │ fenced
//                             │  └──────────────────────────┘                    │
//                             └──────────────────────────────────────────────────┘

import Domain

struct Replica<State: ReplicaState>: Sendable {
    let partition: PartitionID
    var state = State()
    var role = ReplicaRole.loading
    /// The newest that this replica knows of.
    var leadership = Leadership(epoch: 0, owner: "")
    var queue = AppendQueue()
    var exposures = PendingExposures()
    var pacing = ClaimPacing()
    /// The epoch after which a router has asked this replica to lead, while it could not yet.
    var leadWanted: UInt64?
    /// The epoch after which this replica has asked for the lead, while it claims.
    var claimAfter: UInt64 = 0
    /// Routers that have had a write sent back; see `Replica+Writing`.
    var bounced: Set<Int> = []
    /// The newest checkpoint come past whose hash is known.
    var checkpoint: StateCheckpoint?
    /// Where the newest snapshot is believed to be.
    var snapshotIndex: UInt64 = 0
    /// Microseconds for which routers have been heard, and none of them has assigned this partition.
    var unassigned: UInt64 = 0

    init(_ partition: PartitionID, bounced: Set<Int> = []) {
        self.partition = partition
        self.bounced = bounced
    }

    var isReadable: Bool { role != .loading }

    var frozen: FrozenState { FrozenState(partition, leadership, state.frozen) }

    var report: ReplicaReport {
        ReplicaReport(
            partition: partition, role: role, epoch: leadership.epoch, index: state.index, checkpoint: checkpoint)
    }
}

/// What happens to a replica, besides being read.
enum ReplicaEvent {
    case loaded(Replay, Leadership, MonotonicInstant)
    case followed([Record], after: UInt64, Leadership, MonotonicInstant)
    /// What follows from this router is everything that it has unanswered, in order.
    case sentAgain(by: Int)
    case leadRequested(after: UInt64, MonotonicInstant)
    /// A lead that was asked for too early may be due.
    case timeAdvanced(MonotonicInstant)
    case drainStarted
    case claimed(Claim, MonotonicInstant)
    case claimRefused(Leadership, isDraining: Bool, MonotonicInstant)
    case written(Record, Ticket?)
    case appended
    case appendRefused(AppendFailure, MonotonicInstant)
    case exposuresDue(Timestamp)
    case stateHashed(StateCheckpoint)
}

extension Replica {
    mutating func handle(
        _ event: ReplicaEvent, _ configuration: WorkerConfiguration, _ actions: inout [WorkerAction]
    ) {
        switch event {
        case .loaded(let replay, let leadership, let now): loaded(replay, leadership, now, &actions)
        case .followed(let records, let index, let leadership, let now):
            followed(records, after: index, leadership, now, configuration, &actions)
        case .sentAgain(let router): bounced.remove(router)
        case .leadRequested(let epoch, let now): leadRequested(after: epoch, now, &actions)
        case .timeAdvanced(let now): claimIfDue(now, &actions)
        case .drainStarted: leadWanted = nil
        case .claimed(let claim, let now): claimed(claim, now, configuration, &actions)
        case .claimRefused(let leadership, let isDraining, let now):
            claimRefused(leadership, isDraining: isDraining, now, &actions)
        case .written(let record, let ticket): write(record, ticket, &actions)
        case .appended: appended(configuration, &actions)
        case .appendRefused(let failure, let now): appendRefused(failure, now, &actions)
        case .exposuresDue(let time): logExposures(at: time, &actions)
        case .stateHashed(let checkpoint):
            if checkpoint.index > self.checkpoint?.index ?? 0 { self.checkpoint = checkpoint }
        }
    }
}
