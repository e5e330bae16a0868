// Requests of death. When a worker stops, any of the requests that it had may be what stopped it. They are tried
// on the next worker one at a time: if that one stops too, the one under trial is convicted, and nobody else. So a
// request takes two workers with it at most, and the innocent ones wait a few round trips. The like of a convicted
// request is refused, and is a suspect from the start when it is let in again (`Quarantine`).

import Domain

extension RouterCore {
    static let deadly = Refusal(
        .quarantined, place: "request", value: "two workers stopped while they held it",
        remedy: "Its like is refused for a while, longer each time: report it with its content.")

    /// A worker stopped while it had this request, which waits again.
    /// - Returns: whether the request is convicted.
    mutating func accuse(_ slot: Slot) -> Bool {
        guard let request = inFlight[slot] else { return false }
        if !request.isSuspect {
            partitions[request.chain].parked -= 1
            partitions[request.chain].suspects += 1
        }
        inFlight.update(slot) { $0.casualties += 1 }
        return request.casualties + 1 >= (planted(.innocentsConvicted) ? 1 : planted(.deathGoesOn) ? .max : 2)
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
                if request.header.kind.writes && !request.isSuspect { holdsWrites = true }
                return request.isSuspect
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

    /// The fingerprint of a request that has stopped two workers.
    public mutating func requestConvicted(_ fingerprint: UInt64, now: MonotonicInstant) {
        quarantine.add(fingerprint, now: now)
    }
}
