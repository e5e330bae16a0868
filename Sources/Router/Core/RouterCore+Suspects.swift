// Requests of death. When a worker stops, any of the requests that it had may be what stopped it. They are tried
// on the next worker one at a time: if that one stops too, the one under trial is convicted, and nobody else. So a
// request takes two workers with it at most, and the innocent ones wait a few round trips. The like of a convicted
// request is refused, whether it comes later or waits already, and is a suspect from the start when it is let in again
// (`Quarantine`).
//
// What a request is its body says, which the shell has. So whatever may be deadly waits until the shell has said what
// it is; since nobody looks at bodies otherwise, that costs nothing while no worker stops.

import Domain

extension RouterCore {
    /// How long (µs) the like of a convicted request is refused at least.
    package static let quarantineMicroseconds = Quarantine.firstMicroseconds

    static let deadly = Refusal(
        .quarantined, place: "request", value: "two workers stopped while they held it",
        remedy: "Its like is refused for a while, longer each time: report it with its content.")

    /// A worker stopped while it had this request, which waits again.
    mutating func accuse(_ slot: Slot) {
        guard let request = inFlight[slot] else { return }
        if !request.isSuspect {
            partitions[request.chain].parked -= 1
            partitions[request.chain].suspects += 1
        }
        inFlight.update(slot) { $0.casualties += 1 }
    }

    /// Asks what those are that have stopped two workers, and who waits and may be their like.
    mutating func examine(_ accused: [Slot], _ actions: inout [RouterAction]) {
        for slot in accused {
            guard let deadly = inFlight[slot], isDeadly(deadly) else { continue }
            askWhatItIs(slot, &actions)
            for other in inFlight.slots(ofChain: deadly.chain) where !planted(.copiesGoOn) {
                guard let request = inFlight[other], request.worker == nil, request.header.mayBeLike(deadly.header)
                else { continue }
                askWhatItIs(other, &actions)
            }
        }
    }

    private func isDeadly(_ request: InFlightRequest) -> Bool {
        request.casualties >= (planted(.innocentsConvicted) ? 1 : planted(.deathGoesOn) ? .max : 2)
    }

    private mutating func askWhatItIs(_ slot: Slot, _ actions: inout [RouterAction]) {
        guard let request = inFlight[slot], !request.awaitsIdentity else { return }
        inFlight.update(slot) { $0.awaitsIdentity = true }
        actions.append(.identify(slot, request.header))
    }

    /// What a request is that `identify` has asked about. It is refused if it, or its like, is deadly.
    /// - Returns: whether it has been convicted: it has stopped two workers itself.
    public mutating func requestIdentified(
        _ slot: Slot, as fingerprint: UInt64, now: MonotonicInstant, into actions: inout [RouterAction]
    ) -> Bool {
        guard let request = inFlight[slot] else { return false }
        inFlight.update(slot) { $0.awaitsIdentity = false }
        let isConvicted = isDeadly(request)
        if isConvicted { quarantine.add(fingerprint, now: now) }
        if quarantine.contains(fingerprint, now: now) { refuse(slot, Self.deadly, now, &actions) }
        flush(request.chain, now, &actions)
        return isConvicted
    }

    /// Tries a suspect on a worker that has none: the first to arrive of the first partition that has any.
    /// - Complexity: O(partitions), and what has arrived before it.
    mutating func tryNextSuspect(
        on worker: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        guard workers[worker].isConnected, workers[worker].suspectUnderTrial == nil else { return }
        for chain in partitions.indices where partitions[chain].target == worker && partitions[chain].suspects > 0 {
            // A write stays behind the writes that wait before it.
            var holdsWrites = partitions[chain].holdsWrites
            let next = inFlight.firstSlot(ofChain: chain) { request in
                guard request.worker == nil, !(request.header.kind.writes && holdsWrites) else { return false }
                let mayBeTried = request.isSuspect && !request.awaitsIdentity
                if request.header.kind.writes && !mayBeTried { holdsWrites = true }
                return mayBeTried
            }
            guard let next else { continue }
            workers[worker].suspectUnderTrial = next
            return give(next, to: worker, now, &actions)
        }
    }

    /// A suspect was answered, one way or the other.
    mutating func suspectEnded(
        _ slot: Slot, _ request: InFlightRequest, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        partitions[request.chain].suspects -= 1
        if let worker = request.worker { workers[worker].suspectUnderTrial = nil }
        flush(request.chain, now, &actions)
        if let worker = request.worker { tryNextSuspect(on: worker, now, &actions) }
    }
}

extension MessageHeader {
    /// Whether the bodies alone can tell two requests apart.
    fileprivate func mayBeLike(_ other: MessageHeader) -> Bool { kind == other.kind && keyHash == other.keyHash }
}
