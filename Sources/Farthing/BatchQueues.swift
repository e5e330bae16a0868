import Domain
import Learning

/// Every shopper's batches, sent one after another: each place works through one shopper at a time, and holds a
/// batch until it is acknowledged, so that it can be sent again as it was.
struct BatchQueues {
    struct Batch {
        let user: UserKey
        let events: [Event]
        /// The same whenever the batch is sent.
        let id: RequestID
        /// When it was first sent.
        let startedAt: MonotonicInstant
    }

    private struct Shopper {
        let user: UserKey
        var batches: ArraySlice<[Event]>
    }

    private var idle: ArraySlice<Shopper>
    private var shoppers: [Shopper?]
    private var batches: [Batch?]
    private var sent: UInt64 = 0

    private static let eventsInBatch = 200

    init(_ history: [String: [ShopperEvent]], tenant: String, places: Int) {
        idle =
            history.keys.sorted().map { user in
                let events = (history[user] ?? []).map(\.event)
                let batches = stride(from: 0, to: events.count, by: Self.eventsInBatch).map { start in
                    Array(events[start..<min(start + Self.eventsInBatch, events.count)])
                }
                return Shopper(user: UserKey(tenant: tenant, user: user), batches: batches[...])
            }[...]
        shoppers = Array(repeating: nil, count: places)
        batches = Array(repeating: nil, count: places)
    }

    /// What a place has to send; nil when nothing is left for it.
    func batch(at place: Int) -> Batch? { batches[place] }

    func startedAt(_ place: Int) -> MonotonicInstant {
        batches[place]?.startedAt ?? MonotonicInstant(microseconds: 0)
    }

    /// The batch of a place is acknowledged: moves it on to the next.
    mutating func advance(_ place: Int, at now: MonotonicInstant) {
        if shoppers[place]?.batches.isEmpty ?? true { shoppers[place] = idle.popFirst() }
        guard let events = shoppers[place]?.batches.popFirst(), let user = shoppers[place]?.user else {
            batches[place] = nil
            return
        }
        sent += 1
        batches[place] = Batch(
            user: user, events: events, id: RequestID(high: user.hash.value, low: sent), startedAt: now)
    }
}
