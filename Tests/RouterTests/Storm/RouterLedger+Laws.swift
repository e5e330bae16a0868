// What must be so, whatever happens.

import Domain
import RouterCore

extension RouterLedger {
    mutating func checkAddress(_ request: MessageHeader, _ reply: MessageHeader) {
        let id = request.requestID.low
        require(reply.isReply, "\(id) answered with a request")
        require(reply.tag == request.tag && reply.requestID == request.requestID, "\(id) answered to somebody else")
        require(reply.kind == request.kind && reply.keyHash == request.keyHash, "\(id) answered another question")
    }

    /// Before a request is sent: no write overtakes an earlier one of its partition, and a worker tries one suspect.
    mutating func checkOrder(_ id: UInt64, _ request: Open, _ worker: Int) {
        let siblings = open.filter { $0.key != id && $0.value.partition == request.partition }
        if request.header.kind.writes {
            let writes = siblings.filter { $0.value.header.kind.writes }
            require(
                writes.allSatisfy { $0.key > id || $0.value.worker == worker },
                "\(id) overtakes an earlier write of its partition")
            require(
                writes.allSatisfy { $0.key < id || $0.value.worker != worker },
                "\(id) is sent behind a later write of its partition")
        }
        if request.isSuspect {
            let others = open.filter { $0.key != id && $0.value.isSuspect && $0.value.worker == worker }
            require(others.isEmpty, "\(id) is the second suspect at \(worker)")
        }
    }

    /// What the router has decided so far: what is not at the target any more was taken back.
    mutating func settled(_ core: RouterCore) {
        for (id, request) in open {
            guard let partition = request.partition, let worker = request.worker else { continue }
            if core.target(of: partition) != worker { open[id]?.worker = nil }
        }
    }

    /// After an event and all that came of it.
    mutating func checkConvictions() {
        for (id, request) in open where request.casualties > 1 {
            require(false, "\(id) stopped two workers and is still about")
        }
    }

    /// Compares the router's own account with these books, after time has moved to `now`.
    mutating func audit(_ core: RouterCore, now: MonotonicInstant) {
        let status = core.status(now: now)
        let (count, answered) = (UInt32(open.count), answered)
        require(status.inFlight == count, "\(status.inFlight) in flight, the ledger has \(count)")
        require(status.answers == answered, "counts \(status.answers), the ledger has \(answered)")
        var held: [String: UInt32] = [:]
        for request in open.values {
            if let worker = request.worker { held[core.name(ofWorker: worker), default: 0] += 1 }
        }
        for worker in status.workers {
            let name = worker.report.name
            require(worker.inFlight == held[name] ?? 0, "\(name) holds \(worker.inFlight), not \(held[name] ?? 0)")
        }
        for (id, request) in open where request.deadline.adding(microseconds: 1_000) <= now {
            require(false, "\(id) was never answered")
        }
    }

}
