// What one fault looked like from outside.

import Domain

public struct FaultFigures: Codable, Sendable {
    public var name: String
    public var target: String
    /// From the start of the load. Unit: microseconds.
    public var atMicroseconds: UInt64
    public var lastedMicroseconds: UInt64
    /// Why it was not done; the rest is empty then.
    public var skipped: String?
    /// Requests that were under way or sent between the fault and two seconds after its end.
    public var requests = 0
    /// Of those, how many the client did not get what it asked for.
    public var failed = 0
    public var unknown = 0
    public var refusals: [String: Int] = [:]
    /// Prices that knew less of the shopper than the same client had been told before.
    public var cold = 0
    /// From the fault until every partition that the victim led had answered something sent after it.
    public var detectionMicroseconds: UInt64?
    /// The longest that an event for one of those partitions waited for its acknowledgement.
    public var longestWriteMicroseconds: UInt64?
    /// The longest that anybody waited for an answer.
    public var longestMicroseconds: UInt64 = 0
    /// The requests that waited longest or failed, longest first: where to look.
    public var worst: [WorstRequest] = []

    public struct WorstRequest: Codable, Sendable {
        public var request: String
        public var kind: String
        public var partition: UInt16
        /// From the fault; negative before it. Unit: microseconds.
        public var sentMicroseconds: Int64
        public var tookMicroseconds: UInt64
        public var outcome: String
    }

    private static let worstKept = 5

    init(_ fault: FaultRecord, start: MonotonicInstant) {
        name = fault.name
        target = fault.target
        atMicroseconds = fault.startedAt.microseconds(since: start)
        lastedMicroseconds = fault.healedAt.microseconds(since: fault.startedAt)
        skipped = fault.skipped
    }

    /// - Parameter partition: whose request it is.
    mutating func count(
        _ operation: Operation, _ id: OperationID, of partition: PartitionID, since fault: MonotonicInstant
    ) {
        requests += 1
        note(operation, id, partition, fault)
        longestMicroseconds = max(longestMicroseconds, operation.latency ?? 0)
        if operation.succeeded { return }
        failed += 1
        switch operation.outcome {
        case .refused(let code, _): refusals[code.name, default: 0] += 1
        default: unknown += 1
        }
    }

    private mutating func note(
        _ operation: Operation, _ id: OperationID, _ partition: PartitionID, _ fault: MonotonicInstant
    ) {
        let took = operation.latency ?? .max
        let last = worst.count < Self.worstKept ? 0 : worst[Self.worstKept - 1].tookMicroseconds
        guard took > last else { return }
        let sent = Int64(clamping: operation.sentAt.microseconds) - Int64(clamping: fault.microseconds)
        worst.append(
            WorstRequest(
                request: "\(id)", kind: operation.request.word, partition: partition.number, sentMicroseconds: sent,
                tookMicroseconds: took, outcome: operation.outcome?.word ?? "none"))
        worst.sort { $0.tookMicroseconds > $1.tookMicroseconds }
        if worst.count > Self.worstKept { worst.removeLast() }
    }
}

extension Operation.Request {
    fileprivate var word: String {
        switch self {
        case .price(_, let after): after > 0 ? "price after a write" : "price"
        case .events: "events"
        case .verify: "verify"
        }
    }
}

extension Operation.Outcome {
    fileprivate var word: String {
        switch self {
        case .priced, .acknowledged, .verified: "answered"
        case .refused(let code, _): code.name
        case .unknown: "unknown"
        }
    }
}

/// The first answers after a fault, by partition of its victim.
struct FirstAnswers {
    private var first: [PartitionID: MonotonicInstant] = [:]

    /// - Parameter operation: sent after the fault.
    mutating func note(_ operation: Operation, of partition: PartitionID) {
        guard operation.succeeded, let ended = operation.endedAt else { return }
        first[partition] = min(first[partition] ?? ended, ended)
    }

    /// From the fault until the last of its victim's partitions had its first; nil when one never had.
    func detection(_ fault: FaultRecord) -> UInt64? {
        let times = fault.partitions.compactMap { first[$0]?.microseconds(since: fault.startedAt) }
        return times.count == fault.partitions.count ? times.max() : nil
    }
}
