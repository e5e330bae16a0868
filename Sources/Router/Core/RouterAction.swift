import Domain

/// What the shell has to do, in this order.
public enum RouterAction: Equatable, Sendable {
    /// Send the request kept at this slot to this worker, under this header. It stays kept.
    case forward(Slot, worker: Int, MessageHeader)
    /// Answer the client of this slot with the body of the reply that has just arrived.
    case deliver(Slot, MessageHeader)
    /// Answer the client of this slot with this refusal.
    case refuse(Slot, MessageHeader, Refusal)
    /// The request kept at this slot may be deadly: report its fingerprint to `requestIdentified`.
    case identify(Slot, MessageHeader)
    /// Tell a worker what to hold.
    case assign(worker: Int, Assignment)
    /// Ask a worker to lead a partition, if the log knows no later epoch than this.
    /// - Parameter inOrder: everything of this partition that is unanswered follows, in order of arrival.
    case lead(worker: Int, PartitionID, after: UInt64, inOrder: Bool)
    /// Try whether a worker's connection still stands.
    case probe(worker: Int)
}

/// What to do with a request that has just arrived.
public enum RequestDecision: Equatable, Sendable {
    /// Keep it and the way back to its client at this slot, then carry out the actions.
    case retain(Slot)
    /// Answer it at once.
    case refuse(MessageHeader, Refusal)
    /// Answer it with `status(now:)`.
    case answerStatus(MessageHeader)
}
