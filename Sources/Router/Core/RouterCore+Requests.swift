// A request comes in: checked by its header, given a slot, and sent to the target of its partition, or kept until
// there is one.

import Domain

extension RouterCore {
    /// - Parameter fingerprint: of kind, key and body; asked for by `wantsFingerprints`.
    public mutating func requestReceived(
        _ header: MessageHeader, fingerprint: UInt64? = nil, now: MonotonicInstant,
        into actions: inout [RouterAction]
    ) -> RequestDecision {
        if let refusal = unacceptable(header) { return refuse(header, refusal) }
        if let fingerprint, quarantine.contains(fingerprint, now: now) { return refuse(header, Self.deadly) }
        let isSuspect = fingerprint.map { quarantine.remembers($0, now: now) } ?? false
        switch header.kind.destination {
        case .keyedPartition:
            let chain = Int(header.keyHash.partition(of: configuration.partitions).number)
            if let refusal = tooMuchToDo(header, chain, now) { return refuse(header, refusal) }
            return accept(header, chain: chain, isSuspect: isSuspect, now, &actions)
        case .broadcastPartition:
            return accept(header, chain: configuration.partitions, isSuspect: isSuspect, now, &actions)
        case .numberedPartition:
            guard let chain = UInt16(exactly: header.keyHash.value).flatMap({ chain(of: PartitionID($0)) }) else {
                return refuse(
                    header,
                    Refusal(
                        .misrouted, place: "header[16..<24]", value: "\(header.keyHash.value)",
                        remedy: "Name a partition below \(configuration.partitions), or 65535 for broadcast."))
            }
            return accept(header, chain: chain, isSuspect: isSuspect, now, &actions)
        case .namedWorker: return acceptForWorker(header, now, &actions)
        case .router, .peer:
            answers.count(.answered(.personal), of: header.kind)
            return .answerStatus(header.reply(.answered(.personal)))
        }
    }

    private func unacceptable(_ header: MessageHeader) -> Refusal? {
        guard !header.isReply, header.kind.destination != .peer else {
            return Refusal(
                .unknownKind, place: "header[5]", value: "\(header.kind)\(header.isReply ? " reply" : "")",
                remedy: "Send requests here; replies and reports belong to other sockets.")
        }
        guard header.deadlineMicroseconds > 0 else {
            return Refusal(
                .deadlineExpired, place: "header[8..<12]", value: "0 µs",
                remedy: "Send the time you still have, in microseconds; 0 means that it is already too late.")
        }
        guard header.deadlineMicroseconds <= Limits.deadlineMicroseconds else {
            return Refusal(
                .deadlineExpired, place: "header[8..<12]", value: "\(header.deadlineMicroseconds) µs",
                remedy: "Ask for an answer within \(Limits.deadlineMicroseconds) µs.")
        }
        return nil
    }

    private mutating func refuse(_ header: MessageHeader, _ refusal: Refusal) -> RequestDecision {
        answers.count(.refused(refusal.code), of: header.kind)
        return .refuse(header.reply(.refused(refusal.code)), refusal)
    }

    private mutating func accept(
        _ header: MessageHeader, chain: Int, isSuspect: Bool, _ now: MonotonicInstant,
        _ actions: inout [RouterAction]
    ) -> RequestDecision {
        guard let slot = keep(header, chain: chain, now) else { return refuse(header, full) }
        partitions[chain].parked += 1
        if isSuspect {
            accuse(slot)
            if let target = partitions[chain].target { tryNextSuspect(on: target, now, &actions) }
        } else if let target = partitions[chain].target, mayForward(header, partitions[chain]) {
            forward(slot, to: target, now, &actions)
        }
        return .retain(slot)
    }

    private mutating func acceptForWorker(
        _ header: MessageHeader, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) -> RequestDecision {
        guard let worker = workers.firstIndex(where: { $0.key == header.keyHash && $0.isConnected }) else {
            return refuse(
                header,
                Refusal(
                    .unavailable, place: "header[16..<24]", value: hexadecimal(header.keyHash.value),
                    remedy: "No worker of this name is connected: see which are with `farthing status`."))
        }
        guard let slot = keep(header, chain: directChain, now) else { return refuse(header, full) }
        give(slot, to: worker, now, &actions)
        return .retain(slot)
    }

    /// - Returns: nil when every slot is taken.
    private mutating func keep(_ header: MessageHeader, chain: Int, _ now: MonotonicInstant) -> Slot? {
        let deadline = now.adding(microseconds: UInt64(header.deadlineMicroseconds))
        guard let slot = inFlight.insert(InFlightRequest(header: header, chain: chain, deadline: deadline)) else {
            return nil
        }
        deadlines.insert(slot, deadline: deadline)
        return slot
    }

    /// A shopper's request that its worker could not answer in time is turned away while it is cheap; operators' requests
    /// never are.
    private mutating func tooMuchToDo(_ header: MessageHeader, _ chain: Int, _ now: MonotonicInstant) -> Refusal? {
        guard let target = partitions[chain].target else { return nil }
        return workers[target].load.tooLongAWait(for: header, now: now).map { wait in
            Refusal(
                .overloaded, place: "worker \(workers[target].name)",
                value: "\(workers[target].load.inFlight) requests in flight, an answer would take \(wait / 1_000) ms",
                remedy: "Nothing was changed: ask again after a pause that grows with each attempt. More workers help.")
        }
    }

    private var full: Refusal {
        Refusal(
            .overloaded, place: "router \(configuration.name)", value: "\(inFlight.count) requests in flight",
            remedy: "Ask again after a pause that grows with each attempt.")
    }
}
