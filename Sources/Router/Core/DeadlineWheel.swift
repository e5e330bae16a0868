// Which requests have run out of time. A hashed timing wheel (Varghese and Lauck, 1987) of one-millisecond
// buckets. An entry keeps its due time, so that one which lies a lap or more ahead waits for its own lap, however
// late the wheel is turned. Answered requests stay in their bucket and are skipped when it comes round: removing
// them would cost more than it saves.

import Domain

public struct DeadlineWheel: Sendable {
    private struct Entry: Sendable {
        let slot: Slot
        /// The millisecond in which, or after which, the slot expires.
        let due: UInt64
    }

    private var buckets: [[Entry]]
    /// The last millisecond whose bucket has been emptied.
    private var emptied: UInt64

    /// Buckets in a lap; longer than the longest deadline, so that a bucket rarely holds two laps.
    private static let span: UInt64 = 65_536

    public init(now: MonotonicInstant) {
        buckets = Array(repeating: [], count: Int(Self.span))
        emptied = now.microseconds / 1_000
    }

    /// - Parameter deadline: rounded up to a whole millisecond: a slot may expire late, and never early.
    public mutating func insert(_ slot: Slot, deadline: MonotonicInstant) {
        let (whole, rest) = deadline.microseconds.quotientAndRemainder(dividingBy: 1_000)
        let due = max(whole + (rest > 0 ? 1 : 0), emptied + 1) + (planted(.answeredLate) ? 100 : 0)
        buckets[Int(due % Self.span)].append(Entry(slot: slot, due: due))
    }

    /// Calls `expire` for each slot whose deadline has passed, answered ones included.
    public mutating func advance(to now: MonotonicInstant, _ expire: (Slot) -> Void) {
        let target = now.microseconds / 1_000
        // A process that slept longer than one lap visits every bucket once, not once per lap.
        emptied = max(emptied, target > Self.span ? target - Self.span : 0)
        while emptied < target {
            emptied += 1
            let bucket = Int(emptied % Self.span)
            for entry in buckets[bucket] where entry.due <= target { expire(entry.slot) }
            buckets[bucket].removeAll { $0.due <= target }
        }
    }
}
