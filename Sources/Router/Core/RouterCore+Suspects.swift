// Requests of death. When a worker stops, any of the requests that it had may be what stopped it. They are tried
// on the next worker one at a time: if that one stops too, the one under trial is convicted, and nobody else. So a
// request takes two workers with it at most, and the innocent ones wait a few round trips.

import Domain

extension RouterCore {
    static let deadly = Refusal(
        .quarantined, place: "request", value: "two workers stopped while they held it",
        remedy: "It is refused for ten minutes: report it with its content; the same request again will not help.")

    /// A worker stopped while it had this request.
    /// - Returns: whether the request is convicted.
    mutating func accuse(_ slot: Slot) -> Bool {
        guard let request = inFlight[slot] else { return false }
        let wasSuspect = request.isSuspect
        let casualties = inFlight.update(slot) { request in
            request.casualties += 1
            return request.casualties
        }
        if !wasSuspect { partitions[request.chain].suspects += 1 }
        return casualties >= 2
    }

    /// Queues the suspects of a partition at its target, in order of arrival.
    mutating func trySuspects(_ chain: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        guard partitions[chain].suspects > 0, let target = partitions[chain].target else { return }
        for slot in inFlight.slots(ofChain: chain) {
            guard let request = inFlight[slot], request.isSuspect, request.worker == nil,
                !(request.header.kind.writes && partitions[chain].holdsWrites),
                !workers[target].suspects.contains(slot)
            else { continue }
            workers[target].suspects.append(slot)
        }
        tryNextSuspect(on: target, now, &actions)
    }

    mutating func tryNextSuspect(
        on worker: Int, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        guard workers[worker].isConnected, workers[worker].suspectUnderTrial == nil else { return }
        while !workers[worker].suspects.isEmpty {
            let slot = workers[worker].suspects.removeFirst()
            guard let request = inFlight[slot], request.worker == nil, partitions[request.chain].target == worker
            else { continue }
            if request.header.kind.writes && partitions[request.chain].holdsWrites {
                // It comes back when the target leads; the others need not wait for that.
                continue
            }
            workers[worker].suspectUnderTrial = slot
            return give(slot, to: worker, now, &actions)
        }
    }

    /// A suspect goes elsewhere, or waits again.
    mutating func forgetTrial(of slot: Slot, _ request: InFlightRequest) {
        for number in workers.indices {
            if workers[number].suspectUnderTrial == slot { workers[number].suspectUnderTrial = nil }
            workers[number].suspects.removeAll { $0 == slot }
        }
    }

    /// A suspect was answered, one way or the other.
    mutating func suspectEnded(
        _ slot: Slot, _ request: InFlightRequest, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        forgetTrial(of: slot, request)
        partitions[request.chain].suspects -= 1
        if let worker = request.worker { tryNextSuspect(on: worker, now, &actions) }
        if partitions[request.chain].suspects == 0 { flush(request.chain, now, &actions) }
    }

    /// The fingerprint of a request that has stopped two workers.
    public mutating func requestConvicted(_ fingerprint: UInt64, now: MonotonicInstant) {
        quarantine.add(fingerprint, now: now)
    }
}
