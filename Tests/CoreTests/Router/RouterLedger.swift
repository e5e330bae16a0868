// The router's one promise as a checker: every request is answered exactly once. It keeps its own books from what
// goes in and comes out, and knows nothing of slots, tables and wheels.

import Domain
import RouterCore

struct RouterLedger {
    private struct Open {
        let header: MessageHeader
        let worker: Int
        let deadline: MonotonicInstant
    }

    private var open: [UInt64: Open] = [:]
    private var closed: Set<UInt64> = []
    private(set) var answered = AnswerCounts()
    private(set) var problems: [String] = []

    var isSettled: Bool { open.isEmpty }
    var requestsSeen: Int { open.count + closed.count }

    private mutating func require(_ condition: Bool, _ problem: String) {
        if !condition { problems.append(problem) }
    }

    // A request is known by its id, whose low half counts.

    mutating func forwarded(_ header: MessageHeader, worker: Int, now: MonotonicInstant) {
        let deadline = now.adding(microseconds: UInt64(header.deadlineMicroseconds))
        open[header.requestID.low] = Open(header: header, worker: worker, deadline: deadline)
    }

    mutating func answeredAtOnce(_ request: MessageHeader, with reply: MessageHeader) {
        checkAddress(request, reply)
        closed.insert(request.requestID.low)
        answered.count(reply.status, of: request.kind)
    }

    /// The client of `id` gets `reply`; `replier` is the worker that answered, nil when the router did.
    mutating func delivered(_ reply: MessageHeader, from replier: Int?, now: MonotonicInstant) {
        let id = reply.requestID.low
        guard let request = open.removeValue(forKey: id) else {
            let isSecond = closed.contains(id)
            return problems.append(isSecond ? "\(id) answered twice" : "\(id) answered and never asked")
        }
        closed.insert(id)
        checkAddress(request.header, reply)
        answered.count(reply.status, of: request.header.kind)
        if let replier { require(replier == request.worker, "\(id) answered by a worker that never had it") }
    }

    /// The router has given up on a request because of its deadline.
    mutating func expired(_ reply: MessageHeader, now: MonotonicInstant) {
        if let request = open[reply.requestID.low] {
            require(request.deadline <= now, "\(reply.requestID.low) expired early")
        }
        delivered(reply, from: nil, now: now)
    }

    private mutating func checkAddress(_ request: MessageHeader, _ reply: MessageHeader) {
        let id = request.requestID.low
        require(reply.isReply, "\(id) answered with a request")
        require(reply.tag == request.tag && reply.requestID == request.requestID, "\(id) answered to somebody else")
        require(reply.kind == request.kind && reply.keyHash == request.keyHash, "\(id) answered another question")
    }

    /// Compares the router's own account with these books, after time has moved to `now`.
    mutating func audit(_ status: ClusterStatus, now: MonotonicInstant) {
        require(status.inFlight == UInt32(open.count), "\(status.inFlight) in flight, the ledger has \(open.count)")
        require(status.answers == answered, "counts \(status.answers), the ledger has \(answered)")
        for (index, worker) in status.workers.enumerated() {
            let held = open.values.count { $0.worker == index }
            require(worker.inFlight == UInt32(held), "\(worker.report.name) holds \(worker.inFlight), not \(held)")
        }
        for (id, request) in open where request.deadline.adding(microseconds: 1_000) <= now {
            problems.append("\(id) was never answered")
        }
    }
}
