// What happens because time passes.

import Domain

extension RouterCore {
    /// How often all connections are tried after one has closed: it may take a moment to show.
    static let probes = 20
    /// Between two of these trials, at least.
    static let probeMicroseconds: UInt64 = 1_000
    /// Between two looks at who is silent.
    static let tickMicroseconds: UInt64 = 5_000

    /// Answers every request whose deadline has passed, and looks after the workers.
    public mutating func timeAdvanced(to now: MonotonicInstant, into actions: inout [RouterAction]) {
        expire(now, &actions)
        if probesLeft > 0, now.microseconds(since: lastProbe) >= Self.probeMicroseconds { probe(now, &actions) }
        let elapsed = now.microseconds(since: lastTick)
        guard elapsed >= Self.tickMicroseconds else { return }
        lastTick = now
        // A loop that comes round late has not heard anybody meanwhile, however loud they were.
        let late = elapsed > 2 * Self.wakeMicroseconds ? elapsed - Self.wakeMicroseconds : 0
        watch(now, late: late, &actions)
        if now.microseconds(since: lastPlaced) >= Self.placeMicroseconds {
            place(now, &actions)
            // One that is silent may be gone without its connection having said so.
            for worker in workers.indices where workers[worker].isSuspected { actions.append(.probe(worker: worker)) }
        }
        rebalance(now, &actions)
        if !quarantine.isEmpty { quarantine.forgetExpired(now: now) }
    }

    /// Between two looks at who should hold what.
    static let placeMicroseconds: UInt64 = 100_000

    /// The longest that a shell may leave a router alone.
    public static let wakeMicroseconds: UInt64 = 10_000

    private mutating func expire(_ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        var late: [Slot] = []
        var lateSuspects: [Slot] = []
        var lateTrials: [Slot] = []
        deadlines.advance(to: now) { slot in
            guard let request = inFlight[slot] else { return }
            if !request.isSuspect {
                late.append(slot)
            } else if request.worker == nil {
                lateSuspects.append(slot)
            } else {
                lateTrials.append(slot)
            }
        }
        // The end of a suspect sends what waits for it: by then, what is late itself must be gone.
        for slot in late + lateSuspects + lateTrials {
            guard let request = inFlight[slot], !planted(.expiryForgotten) else { continue }
            ended(request, isAnswered: false, now)
            refuse(
                slot,
                request.handovers > 0 && !planted(.timeoutIsUnavailable)
                    ? outcomeUnknown("no answer within the deadline") : nobody(request), now,
                &actions)
        }
    }

    private func nobody(_ request: InFlightRequest) -> Refusal {
        // A request to a worker by its name never waits: this one belongs to a partition.
        Refusal(
            .unavailable, place: "partition \(partitions[request.chain].id)",
            value: "no worker could take it within the deadline",
            remedy: "Nothing was changed: ask again shortly, or price at the list price.")
    }

    private mutating func watch(_ now: MonotonicInstant, late: UInt64, _ actions: inout [RouterAction]) {
        // All are looked at before anything is moved, lest it move to the next one that is found silent.
        let silent = workers.indices.filter { workers[$0].timeAdvanced(to: now, excusedMicroseconds: late) }
        for worker in silent {
            for chain in partitions.indices where partitions[chain].target == worker {
                reconsider(chain, now, &actions)
            }
        }
        var next = 0
        while let chain = chainToAskFor(from: next, now) {
            reconsider(chain, now, &actions)
            next = chain + 1
        }
    }

    /// The first chain from here on whose target has to be asked to lead. Most looks find none, and change nothing.
    private func chainToAskFor(from first: Int, _ now: MonotonicInstant) -> Int? {
        partitions[first...].firstIndex { shouldAskToLead($0, now) }
    }

    mutating func probe(_ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        probesLeft -= 1
        lastProbe = now
        for worker in workers.indices where workers[worker].isConnected { actions.append(.probe(worker: worker)) }
    }
}
