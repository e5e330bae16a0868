// The side that faces workers: heartbeats, answers on their way back to clients, and what workers are told.

import Domain
import Operations
import RouterCore
import Wire
import ZeroMQ

extension RouterShell {
    mutating func drainWorkers(_ now: MonotonicInstant) throws(ZeroMQError) {
        for _ in 0..<Self.batch {
            guard try incoming.receive(from: &workers) else { return }
            guard incoming.isWellFormed, let connection = WorkerConnection(incoming.identity) else {
                journal.warning("dropped a message on the workers' socket that no worker would send")
                continue
            }
            switch workerMessage() {
            case .report(let report): handleReport(report, connection, now)
            case .reply(let header):
                if let worker = numbers[connection] {
                    core.workerReplied(worker, header, now: now, into: &actions)
                }
            case .unreadable(let refusal): journal.warning("dropped a message from a worker: \(refusal)")
            }
            // An answer is passed on before the next message takes its place.
            try carryOutActions(now)
        }
    }

    private enum WorkerMessage {
        case report(WorkerReport)
        case reply(MessageHeader)
        case unreadable(Refusal)
    }

    private func workerMessage() -> WorkerMessage {
        do throws(Refusal) {
            let header = try incoming.header.withBytes { bytes throws(Refusal) in
                try MessageHeader.decode(bytes)
            }
            guard header.kind == .report else { return .reply(header) }
            return .report(
                try incoming.body.withBytes { bytes throws(Refusal) in try decoder.workerReport(bytes) })
        } catch {
            return .unreadable(error)
        }
    }

    private mutating func handleReport(
        _ report: WorkerReport, _ connection: WorkerConnection, _ now: MonotonicInstant
    ) {
        let known = numbers[connection]
        guard
            let worker = core.workerReported(report, connection: connection.word, now: now, into: &actions)
        else { return }
        guard known != worker || connections[worker] != connection else { return }
        while connections.count <= worker { connections.append(nil) }
        if let earlier = connections[worker] { numbers[earlier] = nil }
        connections[worker] = connection
        numbers[connection] = worker
        journal.info("worker \(report.name) connected")
    }

    // MARK: - To workers

    /// Sends a header and the body in `outgoingBody`, which may be empty.
    private mutating func send(_ header: MessageHeader, toWorker worker: Int) throws(ZeroMQError) -> SendOutcome {
        guard worker < connections.count, let connection = connections[worker] else { return .unreachable }
        connection.write(to: &outgoing)
        let outcome = try workers.send(&outgoing, more: true)
        guard case .sent = outcome else { return outcome }
        header.write(to: &outgoing)
        _ = try workers.send(&outgoing, more: true)
        _ = try workers.send(&outgoingBody)
        return outcome
    }

    mutating func forward(
        _ slot: Slot, _ worker: Int, _ header: MessageHeader, _ now: MonotonicInstant
    ) throws(ZeroMQError) {
        outgoingBody.share(bodies[slot.number])
        let isGone: Bool
        switch try send(header, toWorker: worker) {
        case .sent: return
        case .full: isGone = false
        case .unreachable: isGone = true
        }
        forgetCarriedOut()
        core.forwardFailed(slot, worker: worker, isGone: isGone, now: now, into: &actions)
    }

    /// What a worker cannot take now it hears again: assignments and requests to lead are repeated.
    mutating func tell(
        _ worker: Int, _ kind: MessageKind, _ key: KeyHash = KeyHash(0), index: UInt64 = 0,
        tag: UInt64 = 0, now: MonotonicInstant
    ) throws(ZeroMQError) {
        let header = MessageHeader(
            kind: kind, priority: .commit, deadlineMicroseconds: 0, keyHash: key, requestID: .none, index: index,
            tag: tag)
        if case .unreachable = try send(header, toWorker: worker) {
            forgetCarriedOut()
            core.workerVanished(worker, now: now, into: &actions)
        }
    }
}
