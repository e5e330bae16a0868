// The side that faces workers: replies on their way back to clients, and heartbeats.

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
            case .report(let report): try handleReport(report, connection, now)
            case .reply(let header): try handleReply(header, connection, now)
            case .unreadable(let refusal): journal.warning("dropped a message from a worker: \(refusal)")
            }
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

    private mutating func handleReply(
        _ header: MessageHeader, _ connection: WorkerConnection, _ now: MonotonicInstant
    ) throws(ZeroMQError) {
        guard let worker = workerByConnection[connection] else { return }
        switch core.workerReplied(worker, header, now: now) {
        case .deliver(let slot, let reply): try send(reply, toSlot: slot.number)
        case .drop: break
        }
    }

    /// A heartbeat. A connection not seen before is a worker that has (re)started: whatever an earlier
    /// connection of that name still held will not be answered by it.
    private mutating func handleReport(
        _ report: WorkerReport, _ connection: WorkerConnection, _ now: MonotonicInstant
    ) throws(ZeroMQError) {
        guard let worker = names[report.name] else {
            return journal.warning("“\(report.name)” reports, but cluster.yaml names no such worker")
        }
        if connections[worker] != connection {
            if let earlier = connections[worker] {
                workerByConnection[earlier] = nil
                for abandoned in core.workerVanished(worker) { try answer(abandoned) }
            }
            connections[worker] = connection
            workerByConnection[connection] = worker
            journal.info("worker \(report.name) connected")
        }
        core.workerReported(worker, report, now: now)
    }
}
