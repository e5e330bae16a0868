// What happens because time passes.

import Domain

extension RouterCore {
    /// How long connections are tried after one has closed.
    static let probeMicroseconds: UInt64 = 20_000
    /// Between two looks at who is silent.
    static let tickMicroseconds: UInt64 = 5_000

    /// Answers every request whose deadline has passed, and looks after the workers.
    public mutating func timeAdvanced(to now: MonotonicInstant, into actions: inout [RouterAction]) {
        expire(now, &actions)
        if now < probeUntil { probe(&actions) }
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
        deadlines.advance(to: now) { slot in
            if inFlight[slot] != nil { late.append(slot) }
        }
        for slot in late {
            guard let request = inFlight[slot] else { continue }
            refuse(
                slot, request.wasForwarded ? outcomeUnknown("no answer within the deadline") : nobody(request), now,
                &actions)
        }
    }

    private func nobody(_ request: InFlightRequest) -> Refusal {
        Refusal(
            .unavailable, place: "partition \(partitions[min(request.chain, partitions.count - 1)].id)",
            value: "no worker could take it within the deadline",
            remedy: "Nothing was changed: ask again shortly, or price at the list price.")
    }

    private mutating func watch(_ now: MonotonicInstant, late: UInt64, _ actions: inout [RouterAction]) {
        for worker in workers.indices {
            let isNew = workers[worker].timeAdvanced(to: now, excusedMicroseconds: late)
            guard isNew else { continue }
            for chain in partitions.indices where partitions[chain].target == worker {
                reconsider(chain, now, &actions)
            }
        }
        for chain in partitions.indices where needsAttention(partitions[chain], now) {
            reconsider(chain, now, &actions)
        }
    }

    private func needsAttention(_ partition: PartitionView, _ now: MonotonicInstant) -> Bool {
        partition.askedAfter != nil && now.microseconds(since: partition.askedAt) >= Self.leadAgainMicroseconds
    }

    mutating func probe(_ actions: inout [RouterAction]) {
        for worker in workers.indices where workers[worker].isConnected { actions.append(.probe(worker: worker)) }
    }
}
