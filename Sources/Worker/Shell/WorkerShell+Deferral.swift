// Reads that have to wait for the log; `Deferral` says which and for how long.

import Domain
import Operations
import WorkerCore
import ZeroMQ

/// A request as it came, without its body.
struct ReceivedRequest {
    let header: MessageHeader
    /// The link it came on, where its answer goes.
    let link: Int
    /// When its router answers by itself.
    let deadline: MonotonicInstant
}

/// A request put aside, with its body.
struct DeferredRequest {
    let request: ReceivedRequest
    let body: [UInt8]
}

extension WorkerShell {
    /// Refuses the request in `body`, or puts it aside where waiting may help.
    mutating func refuseOrWait(
        _ request: ReceivedRequest, _ refusal: Refusal, _ progress: ReadProgress
    ) throws(ZeroMQError) {
        let waits: Bool
        switch progress {
        case .justCome, .waiting: waits = putAside(request, refused: refusal)
        case .settled: return try refuse(request, refusal)
        case .gaveUp: waits = false
        }
        if !waits { try refuse(request, WorkerCore.unproven(refusal)) }
    }

    /// - Returns: false when it has to be answered now.
    private mutating func putAside(_ request: ReceivedRequest, refused refusal: Refusal) -> Bool {
        guard let condition = core.condition(for: request.header, refused: refusal) else { return false }
        // An eighth is left for the answer's way back.
        let span = UInt64(request.header.deadlineMicroseconds)
        let latest = MonotonicInstant(microseconds: request.deadline.microseconds - span / 8)
        return deferral.add(
            DeferredRequest(request: request, body: body.copy()), until: condition,
            deadline: max(Clock.monotonic(), latest), into: &actions)
    }

    mutating func answerDeferred(appliedTo partition: PartitionID) throws(ZeroMQError) {
        guard !deferral.isEmpty, let index = core.index(of: partition) else { return }
        try answer(deferral.applied(partition, upTo: index)) { .waiting(until: $0.request.deadline) }
    }

    mutating func answerDeferred(caughtUpWith partition: PartitionID) throws(ZeroMQError) {
        try answer(deferral.caughtUp(partition, into: &actions)) { _ in .settled }
    }

    mutating func answerDeferred(released partition: PartitionID) throws(ZeroMQError) {
        try answer(deferral.released(partition)) { _ in .gaveUp }
    }

    mutating func answerExpired(_ now: MonotonicInstant) throws(ZeroMQError) {
        try answer(deferral.expired(at: now)) { _ in .gaveUp }
    }

    private mutating func answer(
        _ ready: [DeferredRequest], having progress: (DeferredRequest) -> ReadProgress
    ) throws(ZeroMQError) {
        guard !ready.isEmpty else { return }
        let now = Clock.monotonic()
        for item in ready {
            let progress = progress(item)
            guard progress.hasReason || now < item.request.deadline else {
                try refuse(
                    item.request,
                    Refusal(
                        .deadlineExpired, place: "header[8..<12]", value: "\(item.request.header.deadlineMicroseconds)",
                        remedy: "Allow more microseconds: the answer was still waiting for the log."))
                continue
            }
            body.set(item.body)
            try answer(item.request, progress)
        }
    }
}
