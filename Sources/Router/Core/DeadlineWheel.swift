// Which requests have run out of time. A hashed timing wheel (Varghese and Lauck, 1987) of one-millisecond
// buckets that is longer than the longest deadline, so a bucket never holds two laps. Answered requests stay
// in their bucket and are skipped when it comes round: removing them would cost more than it saves.

import Domain

public struct DeadlineWheel: Sendable {
    private var buckets: [[Slot]]
    /// The last millisecond whose bucket has been emptied.
    private var emptied: UInt64

    private static let span: UInt64 = 65_536

    /// - Precondition: no deadline is more than 65 seconds ahead; see `Limits.deadlineMicroseconds`.
    public init(now: MonotonicInstant) {
        buckets = Array(repeating: [], count: Int(Self.span))
        emptied = now.microseconds / 1_000
    }

    public mutating func insert(_ slot: Slot, deadline: MonotonicInstant) {
        let due = max(deadline.microseconds / 1_000, emptied + 1)
        buckets[Int(due % Self.span)].append(slot)
    }

    /// Calls `expire` for each slot whose deadline has passed, answered ones included.
    public mutating func advance(to now: MonotonicInstant, _ expire: (Slot) -> Void) {
        let target = now.microseconds / 1_000
        // A process that slept longer than one lap visits every bucket once, not once per lap.
        emptied = max(emptied, target > Self.span ? target - Self.span : 0)
        while emptied < target {
            emptied += 1
            let bucket = Int(emptied % Self.span)
            for slot in buckets[bucket] { expire(slot) }
            buckets[bucket].removeAll(keepingCapacity: true)
        }
    }
}
