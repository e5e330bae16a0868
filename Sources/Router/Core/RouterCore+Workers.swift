// Workers come, report, answer, and go.

import Domain

extension RouterCore {
    /// A heartbeat.
    /// - Parameter connection: names this start of the process; another one of a known name means that the earlier
    ///   process is gone.
    /// - Returns: the worker's number; nil when it is not listened to: a newer process has its name, or there are too
    ///   many workers.
    public mutating func workerReported(
        _ report: WorkerReport, connection: UInt64, now: MonotonicInstant, into actions: inout [RouterAction]
    ) -> Int? {
        guard let worker = number(of: report.name, now) else { return nil }
        let earlier = workers[worker].connection
        if earlier != connection {
            guard !workers[worker].isSuperseded(connection) else { return nil }
            if earlier != nil { workerVanished(worker, now: now, into: &actions) }
            workers[worker].connected(connection, replacing: earlier, now: now, configuration)
            forgetFailures(of: worker)
        }
        let before = workers[worker]
        workers[worker].reported(report, now: now)
        // A quarantine ends by itself, so what counts is what the last report made of it.
        let isTrustNew =
            workers[worker].isTrusted(now: now) != before.isTrusted(now: before.lastHeard)
            || workers[worker].isHeard != before.isHeard
        for replica in report.replicas {
            guard let chain = chain(of: replica.partition) else { continue }
            heard(ofEpoch: replica.epoch, chain, now)
            let known = before.replicas[replica.partition]
            if worker == partitions[chain].target, let known, replica.epoch > known.epoch {
                // It reads the log: what keeps it from leading is a rival.
                partitions[chain].leaderlessSince = nil
            }
            let isNews = known?.role != replica.role || known?.epoch != replica.epoch
            if isTrustNew || isNews || partitions[chain].target == nil || isWaiting(chain, for: worker) {
                reconsider(chain, now, &actions)
            }
        }
        // What it has let go of.
        for (chain, partition) in partitions.enumerated()
        where partition.target == worker && workers[worker].replicas[partition.id] == nil {
            reconsider(chain, now, &actions)
        }
        if isTrustNew || before.report.isDraining != report.isDraining || before.report.weight != report.weight {
            place(now, &actions)
        }
        return worker
    }

    /// Whether requests wait for this worker to do something.
    private func isWaiting(_ chain: Int, for worker: Int) -> Bool {
        let partition = partitions[chain]
        return partition.target == worker
            && (partition.askedAfter != nil || partition.holdsWrites || partition.parked > 0)
    }

    private mutating func number(of name: String, _ now: MonotonicInstant) -> Int? {
        if let known = workers.firstIndex(where: { $0.name == name }) { return known }
        let worker = WorkerView(name: name, now: now, configuration)
        if workers.count < Self.workerCapacity {
            workers.append(worker)
            return workers.count - 1
        }
        let gone = workers.indices.filter { !workers[$0].isConnected && !workers[$0].keepsPlace(now) }
        guard let forgotten = gone.min(by: { workers[$0].lastHeard < workers[$1].lastHeard }) else { return nil }
        workers[forgotten] = worker
        return forgotten
    }

    /// A worker answered a request. The first answer wins, whoever gives it.
    public mutating func workerReplied(
        _ worker: Int, _ header: MessageHeader, now: MonotonicInstant, into actions: inout [RouterAction]
    ) {
        guard header.isReply, let slot = inFlight.slot(tag: header.tag), let asked = inFlight[slot],
            // A reply that waited in a worker while this router restarted may carry a tag that is in use again.
            asked.header.requestID == header.requestID && asked.header.kind == header.kind || planted(.staleReplyTaken)
        else { return }
        if asked.worker == worker { ended(asked, isAnswered: true, now) }
        if case .refused(let code) = header.status {
            // A refusal by a worker that the request has been taken back from says nothing about the one that has it.
            guard asked.worker == worker else { return }
            if code == .notLeader { return bounced(slot, by: worker, epoch: header.index, now, &actions) }
            // A worker that it was taken back from may still get it, when a cut cable heals, and do it.
            if asked.header.kind.writes, asked.handovers > 1, !code.judgesTheRequest {
                return refuse(slot, outcomeUnknown("one worker refused it, another may have it"), now, &actions)
            }
        }
        // All but the outcome is what the client sent; a worker cannot answer another question.
        var reply = asked.header.reply(header.status, index: header.index)
        reply.deadlineMicroseconds = UInt32(clamping: asked.deadline.microseconds(since: now))
        actions.append(.deliver(slot, reply))
        if planted(.answeredTwice) { return }
        _ = end(slot, header.status, now, &actions)
    }

    /// What the end of a request says of how much its worker has to do.
    mutating func ended(_ request: InFlightRequest, isAnswered: Bool, _ now: MonotonicInstant) {
        guard let worker = request.worker, request.header.kind.destination == .keyedPartition else { return }
        workers[worker].load.ended(
            request.header, isAnswered: isAnswered, afterMicroseconds: now.microseconds(since: request.givenAt),
            now: now)
    }

    /// The worker does not lead the partition, or has not read it yet: the request waits for one that does. So do all
    /// writes that the worker has, whether it refuses them as well or has come to lead meanwhile: only so the one that it
    /// refused goes before them the next time.
    private mutating func bounced(
        _ slot: Slot, by worker: Int, epoch: UInt64, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        guard let request = inFlight[slot], request.chain != directChain else { return }
        let chain = request.chain
        heard(ofEpoch: epoch, chain, now)
        if request.header.kind.writes {
            partitions[chain].holdsWrites = true
            recall(chain) { $0.header.kind.writes }
            // What it last reported is out of date: it says so again when it leads.
            if workers[worker].replicas[partitions[chain].id]?.role == .leading {
                workers[worker].replicas[partitions[chain].id]?.role = .following
            }
        } else {
            takeBack(slot)
            workers[worker].replicas[partitions[chain].id]?.role = .loading
        }
        reconsider(chain, now, &actions)
    }

    /// A request could not be handed to its worker: `isGone`, or its queue is full.
    public mutating func forwardFailed(
        _ slot: Slot, worker: Int, isGone: Bool, now: MonotonicInstant, into actions: inout [RouterAction]
    ) {
        guard let request = inFlight[slot] else { return }
        inFlight.update(slot) { $0.handovers -= 1 }
        // It may have been taken back and given to another one before it could leave.
        guard request.worker == worker else { return }
        if isGone {
            // It never reached the worker, so it is not what stopped it.
            if request.chain != directChain { takeBack(slot) }
            return workerVanished(worker, now: now, into: &actions)
        }
        guard request.handovers == 1 else {
            return refuse(
                slot, outcomeUnknown("the worker that had it stopped, the next one's queue is full"), now, &actions)
        }
        // The request never left this process, so even a write is known not to have happened.
        let refusal = Refusal(
            .overloaded, place: "worker \(workers[worker].name)", value: "queue full",
            remedy: "Nothing was changed: ask again after a pause that grows with each attempt.")
        refuse(slot, refusal, now, &actions)
    }

    /// Some worker's connection has closed; who it was shows when all are tried.
    public mutating func connectionLost(now: MonotonicInstant, into actions: inout [RouterAction]) {
        probesLeft = Self.probes
        probe(now, &actions)
    }

    /// A worker's process has gone, or another one has taken its name. What it had is sent on.
    public mutating func workerVanished(
        _ worker: Int, now: MonotonicInstant, into actions: inout [RouterAction]
    ) {
        guard workers[worker].isConnected else { return }
        strikeUnsent(to: worker, &actions)
        let isExpected = workers[worker].report.isDraining
        workers[worker].vanished(now: now)
        var accused: [Slot] = []
        for chain in partitions.indices {
            for slot in inFlight.slots(ofChain: chain) where inFlight[slot]?.worker == worker {
                takeBack(slot)
                guard !isExpected else { continue }
                accuse(slot)
                accused.append(slot)
            }
        }
        for slot in inFlight.slots(ofChain: directChain) where inFlight[slot]?.worker == worker {
            refuse(slot, goneBefore(worker), now, &actions)
        }
        let orphaned = partitions.indices.filter { partitions[$0].target == worker }
        for chain in orphaned {
            // Nothing may be sent there while the others are decided on.
            partitions[chain].target = nil
            partitions[chain].askedAfter = nil
        }
        examine(accused, &actions)
        for chain in orphaned { reconsider(chain, now, &actions) }
    }

    /// Strikes what has not been sent to a worker yet. Nobody is there to get it, and what it never got has not
    /// stopped it.
    private mutating func strikeUnsent(to worker: Int, _ actions: inout [RouterAction]) {
        actions.removeAll { action in
            switch action {
            case .forward(let slot, let receiver, _) where receiver == worker:
                if let request = inFlight[slot] {
                    inFlight.update(slot) { $0.handovers -= 1 }
                    if request.worker == worker, request.chain != directChain { takeBack(slot) }
                }
                return true
            case .assign(worker, _), .lead(worker, _, _, _), .probe(worker): return true
            default: return false
            }
        }
    }

    private func goneBefore(_ worker: Int) -> Refusal {
        Refusal(
            .unavailable, place: "worker \(workers[worker].name)", value: "stopped before it answered",
            remedy: "Ask again when it is back, if it still matters then.")
    }
}
