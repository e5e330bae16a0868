// What a worker's core decides. The shell carries it out with sockets, disks and threads, the simulator with others.

import Domain

/// What the shell has to do.
public enum WorkerAction: Equatable, Sendable {
    /// Read the newest snapshot and the log after it, report with `loaded`, and follow the log from there: report each
    /// time that it has grown, or that its epoch has changed, with `followed`.
    case load(PartitionID)
    /// Claim in the log, report everything up to the claim with `followed`, then report with `claimed`; or with
    /// `claimRefused`.
    case claim(PartitionID, after: UInt64)
    /// Look at the log now and not only at the next poll.
    case catchUp(PartitionID)
    /// Stop following.
    case release(PartitionID)
    /// Append to the log, and report with `appended` or `appendRefused`.
    case append([Record], to: PartitionID, epoch: UInt64, expecting: UInt64)
    /// Answer the request that was given this ticket.
    case answer(Ticket, WorkerAnswer)
    /// Answer the request with the status of this state, which takes long to compute.
    case inspect(Ticket, FrozenState)
    /// A checkpoint was passed: compute its `checkpoint()` elsewhere, and report with `stateHashed`.
    case hashState(FrozenState)
    /// Keep a snapshot soon: the replay has grown long.
    case snapshotDue(FrozenState)
    /// Release it where nobody waits.
    case retire(RetiredModel)

    var isAnswer: Bool {
        switch self {
        case .answer, .inspect: true
        default: false
        }
    }
}

/// The answer to a request that had to wait for the log.
public enum WorkerAnswer: Equatable, Sendable {
    case events(EventAcknowledgement)
    case catalogue(CatalogueAcknowledgement)
    case activation(ActivationAcknowledgement)
    case checkpoint(PartitionID, index: UInt64)
    case freeze(PriceFreeze, FreezeAcknowledgement)
    case stock(tenant: String, CatalogueAcknowledgement)
    /// Refused as `notLeader`; the epoch is the newest known here, for the reply's header.
    case notLeader(PartitionID, epoch: UInt64)
    case refused(Refusal)
}

/// Why the log did not append.
public enum AppendFailure: Equatable, Sendable {
    /// Another worker leads the partition now.
    case fenced(currentEpoch: UInt64)
    /// The log ends elsewhere although nobody else leads. Cannot happen while everybody keeps the rules.
    case unexpectedIndex(actual: UInt64)
    /// Nobody knows whether it was written: whoever leads next reads it back.
    case outcomeUnknown(String)
    /// Nothing was written; the same append may succeed later.
    /// - remedy: what the sender or the operator can do, as in “Nothing was recorded: REMEDY.”
    case notWritten(String, remedy: String)
}
