// What a worker's core asks of the log, and what the log tells it. Values, so that they can cross from thread to thread,
// or wait in a simulated queue.

import Domain
import WorkerCore

public enum LogCommand: Sendable {
    /// Read a partition's state back and follow it from there.
    case load(PartitionID)
    /// Follow a partition from a state that was read back elsewhere.
    case resume(PartitionID, Replay)
    case claim(PartitionID, after: UInt64)
    case catchUp(PartitionID)
    case release(PartitionID)
    case append([Record], to: PartitionID, epoch: UInt64, expecting: UInt64)

    public var partition: PartitionID {
        switch self {
        case .load(let partition), .resume(let partition, _), .claim(let partition, _), .catchUp(let partition),
            .release(let partition), .append(_, let partition, _, _):
            partition
        }
    }

    /// nil for an action that the log has nothing to do with.
    public init?(_ action: WorkerAction) {
        switch action {
        case .load(let partition): self = .load(partition)
        case .claim(let partition, let epoch): self = .claim(partition, after: epoch)
        case .catchUp(let partition): self = .catchUp(partition)
        case .release(let partition): self = .release(partition)
        case .append(let records, let partition, let epoch, let index):
            self = .append(records, to: partition, epoch: epoch, expecting: index)
        case .answer, .inspect, .hashState, .snapshotDue, .retire: return nil
        }
    }
}

public enum LogEvent: Sendable {
    case loaded(PartitionID, Replay, Leadership)
    case followed(PartitionID, [Record], after: UInt64, Leadership)
    /// The look that `catchUp` asked for has been taken, and everything found has been reported.
    case caughtUp(PartitionID)
    case claimed(PartitionID, Claim)
    case claimRefused(PartitionID, Leadership)
    case appended(PartitionID)
    case appendRefused(PartitionID, AppendFailure)
}

extension WorkerCore {
    /// The log has spoken.
    public mutating func logSpoke(_ event: LogEvent, now: MonotonicInstant, into actions: inout [WorkerAction]) {
        switch event {
        case .loaded(let partition, let replay, let leadership):
            loaded(partition, replay, leadership, now: now, into: &actions)
        case .followed(let partition, let records, let index, let leadership):
            followed(partition, records, after: index, leadership, now: now, into: &actions)
        case .caughtUp: break
        case .claimed(let partition, let claim): claimed(partition, claim, now: now, into: &actions)
        case .claimRefused(let partition, let leadership):
            claimRefused(partition, leadership, now: now, into: &actions)
        case .appended(let partition): appended(to: partition, into: &actions)
        case .appendRefused(let partition, let failure):
            appendRefused(by: partition, failure, now: now, into: &actions)
        }
    }
}
