// The router's promises as a checker. It keeps its own books from what goes in and comes out, and knows nothing of
// slots, chains and wheels. Of the router's own account it believes two things, and checks the rest against them: who
// is a partition's target now, and how many requests it thinks are where.
//
// What is no longer at the target has been taken back; what a worker has refused as `notLeader` has been taken back,
// and with a write all the writes of its partition.

import Domain
import RouterCore

struct RouterLedger {
    struct Open {
        let header: MessageHeader
        /// Nil for a request to a worker by its name.
        let partition: PartitionID?
        let deadline: MonotonicInstant
        /// Who has it, as far as the router is concerned.
        var worker: Int?
        /// Everybody it was ever sent to.
        var receivers: Set<Int> = []
        /// Workers that vanished while they had it.
        var casualties = 0

        var isSuspect: Bool { casualties > 0 }
        var fingerprint: UInt64 { header.keyHash.value ^ UInt64(header.kind.rawValue) }
    }

    /// By the low half of their ids, which counts: the order of arrival.
    var open: [UInt64: Open] = [:]
    var closed: Set<UInt64> = []
    private(set) var connected: Set<Int> = []
    /// Those that have said that they will end.
    private var draining: Set<Int> = []
    /// When each fingerprint was last convicted.
    private var deadly: [UInt64: MonotonicInstant] = [:]
    private(set) var answered = AnswerCounts()
    private(set) var problems: [String] = []

    /// How often things happened, to see that a storm reaches them.
    private(set) var resent = 0
    private(set) var bounced = 0
    private(set) var convicted = 0
    private(set) var refusedAsDeadly = 0

    var isSettled: Bool { open.isEmpty }
    var requestsSeen: Int { open.count + closed.count }

    mutating func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
        if !condition { problems.append(problem()) }
    }

    // MARK: - Requests and answers

    mutating func asked(_ header: MessageHeader, partition: PartitionID?, now: MonotonicInstant) {
        let deadline = now.adding(microseconds: UInt64(header.deadlineMicroseconds))
        open[header.requestID.low] = Open(header: header, partition: partition, deadline: deadline)
    }

    mutating func answeredAtOnce(_ request: MessageHeader, with reply: MessageHeader) {
        checkAddress(request, reply)
        closed.insert(request.requestID.low)
        answered.count(reply.status, of: request.kind)
    }

    /// A request left for a worker.
    mutating func sent(_ header: MessageHeader, to worker: Int, _ core: RouterCore, now: MonotonicInstant) {
        let id = header.requestID.low
        guard let request = open[id] else { return problems.append("\(id) forwarded after it was answered") }
        require(connected.contains(worker), "\(id) forwarded to \(worker), which is not connected")
        if let convicted = deadly[request.fingerprint], request.partition != nil {
            require(
                now.microseconds(since: convicted) >= RouterCore.quarantineMicroseconds,
                "\(id) forwarded after its like was convicted")
        }
        if !request.receivers.isEmpty { resent += 1 }
        open[id]?.receivers.insert(worker)
        if let partition = request.partition {
            // One event may move a partition twice. What goes to the first of the two was taken back before it left.
            guard core.target(of: partition) == worker else { return }
            checkOrder(id, request, worker)
        }
        open[id]?.worker = worker
    }

    /// The client of a request gets the answer of a worker.
    mutating func delivered(_ reply: MessageHeader, from worker: Int) {
        guard let request = close(reply) else { return }
        require(request.receivers.contains(worker), "\(reply.requestID.low) answered by a worker that never had it")
    }

    /// The client of a request gets a refusal by the router itself.
    mutating func refused(_ reply: MessageHeader, now: MonotonicInstant) {
        guard let request = close(reply), case .refused(let code) = reply.status else { return }
        let id = reply.requestID.low
        switch code {
        case .unavailable:
            require(request.receivers.isEmpty || request.partition == nil, "\(id) was sent, and is said to be unharmed")
            require(request.deadline <= now || request.partition == nil, "\(id) expired early")
        case .overloaded: require(request.receivers.isEmpty, "\(id) was sent, and is said to be unharmed")
        case .outcomeUnknown: require(!request.receivers.isEmpty, "\(id) was never sent, and is said to be unknown")
        case .quarantined:
            refusedAsDeadly += 1
            require(deadly[request.fingerprint] != nil, "\(id) refused as the like of nothing that was convicted")
        default: problems.append("\(id) refused as \(code)")
        }
    }

    mutating func wasConvicted(_ header: MessageHeader, now: MonotonicInstant) {
        let id = header.requestID.low
        guard let request = open[id] else { return problems.append("\(id) convicted after it was answered") }
        convicted += 1
        let isFirst = deadly.updateValue(now, forKey: request.fingerprint) == nil
        // The like of one that was convicted is a suspect from the start.
        require(
            request.casualties == 2 || request.casualties == 1 && !isFirst,
            "\(id) convicted after \(request.casualties) deaths")
    }

    private mutating func close(_ reply: MessageHeader) -> Open? {
        let id = reply.requestID.low
        guard let request = open.removeValue(forKey: id) else {
            problems.append(closed.contains(id) ? "\(id) answered twice" : "\(id) answered and never asked")
            return nil
        }
        closed.insert(id)
        checkAddress(request.header, reply)
        answered.count(reply.status, of: request.header.kind)
        return request
    }

    // MARK: - Workers

    /// A worker refused a request as `notLeader`.
    mutating func bounced(_ reply: MessageHeader, by worker: Int) {
        guard let request = open[reply.requestID.low], request.worker == worker, let partition = request.partition
        else { return }
        bounced += 1
        open[reply.requestID.low]?.worker = nil
        if request.header.kind.writes { sendsAgain(partition) }
    }

    /// Nobody has a write of this partition any more.
    mutating func sendsAgain(_ partition: PartitionID) {
        for (id, other) in open where other.partition == partition && other.header.kind.writes {
            open[id]?.worker = nil
        }
    }

    mutating func reported(_ worker: Int, isDraining: Bool) {
        connected.insert(worker)
        if isDraining { draining.insert(worker) } else { draining.remove(worker) }
    }

    /// The router was told that a worker is gone, or found it out by sending. One that had said so has not died of anything.
    mutating func vanished(_ worker: Int) {
        connected.remove(worker)
        let isExpected = draining.contains(worker)
        for (id, request) in open where request.worker == worker && request.partition != nil {
            open[id]?.worker = nil
            if !isExpected { open[id]?.casualties += 1 }
        }
    }
}
