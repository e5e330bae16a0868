// How much of its time a loop works: all but what it waits for messages. One that is always busy has more to do than it
// can, or only just as much; whether its answers are late as well, its routers see.

import Domain

public struct BusyShare: Sendable {
    /// Of the last span that was long enough to tell, in thousandths.
    public private(set) var perMille: UInt32 = 0
    private var began: MonotonicInstant
    private var waited: UInt64 = 0

    /// Shorter spans (µs) say little: a loop that works in bursts is always busy within one.
    static let leastSpan: UInt64 = 25_000

    public init(now: MonotonicInstant) { began = now }

    /// The loop has waited from `start` to `end`.
    public mutating func waited(from start: MonotonicInstant, to end: MonotonicInstant) {
        waited += end.microseconds(since: start)
    }

    /// Ends a span, if it was long enough.
    public mutating func measured(at now: MonotonicInstant) {
        let span = now.microseconds(since: began)
        guard span >= Self.leastSpan else { return }
        perMille = UInt32(clamping: 1_000 - min(waited, span) * 1_000 / span)
        began = now
        waited = 0
    }
}
