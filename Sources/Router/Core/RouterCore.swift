// The router as a value: events in, decisions out. It reads headers, never bodies; it has no clock, socket or
// thread. Its one promise: every request that comes in is answered exactly once, by the worker, or by the
// router itself when the worker cannot (docs/architecture.md draws the life of a request).

import Domain

public struct RouterConfiguration: Equatable, Sendable {
    public var cluster: String
    public var name: String
    public var workers: [String]
    public var partitions: Int
    /// Requests in flight at once; more are refused as overload.
    public var inFlightCapacity: Int
    /// Silence after which a worker gets no new requests.
    public var suspectAfterMicroseconds: UInt64

    public init(
        cluster: String, name: String, workers: [String], partitions: Int, inFlightCapacity: Int,
        suspectAfterMicroseconds: UInt64
    ) {
        self.cluster = cluster
        self.name = name
        self.workers = workers
        self.partitions = partitions
        self.inFlightCapacity = inFlightCapacity
        self.suspectAfterMicroseconds = suspectAfterMicroseconds
    }
}

/// What to do with a request that has just arrived.
public enum RequestDecision: Equatable, Sendable {
    /// Send it to this worker under this header, and keep the way back to the client at this slot.
    case forward(Slot, worker: Int, MessageHeader)
    /// Answer it at once.
    case refuse(MessageHeader, Refusal)
    /// Answer it with `status(now:)`.
    case answerStatus(MessageHeader)
}

/// What to do with a request that was in flight.
public enum ReplyDecision: Equatable, Sendable {
    /// Send the worker's body to the client at this slot, under this header.
    case deliver(Slot, MessageHeader)
    /// The request was answered before: drop this reply.
    case drop
}

/// A request that the router answers itself, because its worker did not.
public struct Abandoned: Equatable, Sendable {
    public var slot: Slot
    public var header: MessageHeader
    public var refusal: Refusal
}

public struct RouterCore: Sendable {
    public let configuration: RouterConfiguration
    private let placement: Placement
    private let startedAt: MonotonicInstant
    private var workers: [WorkerView]
    private var inFlight: InFlightTable
    private var deadlines: DeadlineWheel
    private var answers = AnswerCounts()

    public init(_ configuration: RouterConfiguration, now: MonotonicInstant) {
        self.configuration = configuration
        placement = Placement(workers: configuration.workers, partitions: configuration.partitions)
        startedAt = now
        workers = configuration.workers.map(WorkerView.init)
        inFlight = InFlightTable(capacity: configuration.inFlightCapacity)
        deadlines = DeadlineWheel(now: now)
    }

    // MARK: - Requests

    public mutating func requestReceived(_ header: MessageHeader, now: MonotonicInstant) -> RequestDecision {
        guard !header.isReply, header.kind.destination != .peer else {
            return refuse(
                header,
                Refusal(
                    .unknownKind, place: "header[5]", value: "\(header.kind)\(header.isReply ? " reply" : "")",
                    remedy: "Send requests here; replies and reports belong to other sockets."))
        }
        guard header.deadlineMicroseconds > 0 else {
            return refuse(
                header,
                Refusal(
                    .deadlineExpired, place: "header[8..<12]", value: "0 µs",
                    remedy: "Send the time you still have, in microseconds; 0 means that it is already too late."))
        }
        guard header.deadlineMicroseconds <= Limits.deadlineMicroseconds else {
            return refuse(
                header,
                Refusal(
                    .deadlineExpired, place: "header[8..<12]", value: "\(header.deadlineMicroseconds) µs",
                    remedy: "Ask for an answer within \(Limits.deadlineMicroseconds) µs."))
        }
        let partition: PartitionID
        switch header.kind.destination {
        case .router:
            answers.count(.answered(.personal), of: header.kind)
            return .answerStatus(header.reply(.answered(.personal)))
        case .peer, .namedWorker: return refuse(header, Refusal(.unknownKind, place: "header[5]", remedy: "Not yet."))
        case .keyedPartition: partition = header.keyHash.partition(of: configuration.partitions)
        case .broadcastPartition: partition = .broadcast
        case .numberedPartition:
            guard let number = partitionNumber(header.keyHash.value) else {
                return refuse(
                    header,
                    Refusal(
                        .misrouted, place: "header[16..<24]", value: "\(header.keyHash.value)",
                        remedy: "Name a partition below \(configuration.partitions), or 65535 for broadcast."))
            }
            partition = number
        }
        return dispatch(header, to: partition, now)
    }

    private func partitionNumber(_ value: UInt64) -> PartitionID? {
        guard let number = UInt16(exactly: value) else { return nil }
        let partition = PartitionID(number)
        return partition == .broadcast || Int(number) < configuration.partitions ? partition : nil
    }

    private mutating func dispatch(
        _ header: MessageHeader, to partition: PartitionID, _ now: MonotonicInstant
    ) -> RequestDecision {
        let worker = placement.leader(of: partition)
        guard workers[worker].isServing(now: now, suspectAfterMicroseconds: configuration.suspectAfterMicroseconds)
        else {
            return refuse(header, unavailable(partition, worker))
        }
        let deadline = now.adding(microseconds: UInt64(header.deadlineMicroseconds))
        guard let slot = inFlight.insert(InFlightRequest(header: header, worker: worker, deadline: deadline)) else {
            return refuse(
                header,
                Refusal(
                    .overloaded, place: "router \(configuration.name)", value: "\(inFlight.count) requests in flight",
                    remedy: "Ask again after a pause that grows with each attempt."))
        }
        deadlines.insert(slot, deadline: deadline)
        workers[worker].inFlight += 1
        var forwarded = header
        forwarded.tag = slot.tag
        return .forward(slot, worker: worker, forwarded)
    }

    private func unavailable(_ partition: PartitionID, _ worker: Int) -> Refusal {
        Refusal(
            .unavailable, place: "partition \(partition)", value: "worker \(workers[worker].name) is not ready",
            remedy: "Nothing was changed: ask again shortly, or price at the list price.")
    }

    private mutating func refuse(_ header: MessageHeader, _ refusal: Refusal) -> RequestDecision {
        answers.count(.refused(refusal.code), of: header.kind)
        return .refuse(header.reply(.refused(refusal.code)), refusal)
    }

    // MARK: - Workers

    public mutating func workerReported(_ worker: Int, _ report: WorkerReport, now: MonotonicInstant) {
        workers[worker].report = report
        workers[worker].lastHeard = now
    }

    /// A worker answered a request.
    public mutating func workerReplied(_ worker: Int, _ header: MessageHeader, now: MonotonicInstant) -> ReplyDecision {
        workers[worker].lastHeard = max(workers[worker].lastHeard, now)
        guard header.isReply, let slot = inFlight.slot(tag: header.tag), let asked = inFlight[slot],
            // A reply that waited in a worker while this router restarted may carry a tag that is in use again.
            asked.worker == worker, asked.header.requestID == header.requestID, asked.header.kind == header.kind,
            let request = end(slot, header.status)
        else { return .drop }
        // All but the outcome is what the client sent; a worker cannot answer another question.
        var reply = request.header.reply(header.status, index: header.index)
        reply.deadlineMicroseconds = UInt32(truncatingIfNeeded: request.deadline.microseconds(since: now))
        return .deliver(slot, reply)
    }

    /// A worker could not be given a request: its queue is full, or it is gone.
    public mutating func forwardFailed(_ slot: Slot, isGone: Bool) -> Abandoned? {
        guard let worker = inFlight[slot]?.worker else { return nil }
        let name = workers[worker].name
        if isGone { workers[worker].report = nil }
        // The request never left this process, so even a write is known not to have happened.
        return abandon(
            slot,
            because: isGone
                ? Refusal(
                    .unavailable, place: "worker \(name)", value: "gone",
                    remedy: "Nothing was changed: ask again shortly.")
                : Refusal(
                    .overloaded, place: "worker \(name)", value: "queue full",
                    remedy: "Nothing was changed: ask again after a pause that grows with each attempt."))
    }

    /// A worker's process has gone, or another one has taken its name: what it held will not be answered.
    public mutating func workerVanished(_ worker: Int) -> [Abandoned] {
        workers[worker].report = nil
        let name = workers[worker].name
        return inFlight.slots(of: worker).compactMap { slot in
            guard let request = inFlight[slot] else { return nil }
            return abandon(
                slot,
                because: request.header.kind.writes
                    ? outcomeUnknown("worker \(name) stopped before it answered")
                    : Refusal(
                        .unavailable, place: "worker \(name)", value: "stopped before it answered",
                        remedy: "Nothing was changed: ask again shortly."))
        }
    }

    // MARK: - Time

    /// Answers every request whose deadline has passed.
    public mutating func timeAdvanced(to now: MonotonicInstant) -> [Abandoned] {
        var late: [Slot] = []
        deadlines.advance(to: now) { slot in
            if inFlight[slot] != nil { late.append(slot) }
        }
        return late.compactMap { abandon($0, because: outcomeUnknown("no answer within the deadline")) }
    }

    private func outcomeUnknown(_ why: String) -> Refusal {
        Refusal(
            .outcomeUnknown, place: "router \(configuration.name)", value: why,
            remedy: "It may or may not have happened: send it again with the same ids, which counts it once.")
    }

    private mutating func abandon(_ slot: Slot, because refusal: Refusal) -> Abandoned? {
        guard let request = end(slot, .refused(refusal.code)) else { return nil }
        return Abandoned(slot: slot, header: request.header.reply(.refused(refusal.code)), refusal: refusal)
    }

    private mutating func end(_ slot: Slot, _ status: AnswerStatus) -> InFlightRequest? {
        guard let request = inFlight.remove(slot) else { return nil }
        workers[request.worker].inFlight -= 1
        answers.count(status, of: request.header.kind)
        return request
    }

    // MARK: - Queries

    public var hasRequestsInFlight: Bool { inFlight.count > 0 }

    public func status(now: MonotonicInstant) -> ClusterStatus {
        ClusterStatus(
            cluster: configuration.cluster, router: configuration.name,
            uptimeMilliseconds: now.microseconds(since: startedAt) / 1_000,
            partitions: UInt32(configuration.partitions), inFlight: UInt32(inFlight.count), answers: answers,
            workers: workers.map { worker in
                var report = worker.lastReport
                report.isReady = worker.isServing(
                    now: now, suspectAfterMicroseconds: configuration.suspectAfterMicroseconds)
                return WorkerStatus(
                    report: report,
                    silentMilliseconds: worker.report == nil
                        ? 0 : UInt32(clamping: now.microseconds(since: worker.lastHeard) / 1_000),
                    inFlight: UInt32(worker.inFlight))
            })
    }
}
