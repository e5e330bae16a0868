// The shop's own weeks and days. Features change at the shop's week boundary (Monday 00:00, local),
// so the mapping from an instant to a week must be the same in training, serving and replay. A time zone
// database is outside state; the shell reads it once and hands the offsets in as a plain table.

/// Maps instants to local days and weeks from a table of UTC offsets.
public struct ShopCalendar: Equatable, Sendable {
    /// From `start` on, local time is UTC plus `offsetMilliseconds`.
    public struct Offset: Equatable, Sendable {
        public var start: Timestamp
        public var offsetMilliseconds: Int64

        public init(start: Timestamp, offsetMilliseconds: Int64) {
            self.start = start
            self.offsetMilliseconds = offsetMilliseconds
        }
    }

    private let offsets: [Offset]

    /// - Parameter offsets: ascending by start, not empty; the first one also covers everything before it.
    public init(offsets: [Offset]) {
        precondition(!offsets.isEmpty, "a calendar needs at least one offset")
        precondition(zip(offsets, offsets.dropFirst()).allSatisfy { $0.start < $1.start }, "offsets must ascend")
        self.offsets = offsets
    }

    public static let utc = ShopCalendar(offsets: [Offset(start: Timestamp(milliseconds: 0), offsetMilliseconds: 0)])

    /// Milliseconds to add to UTC to get the shop's wall clock. O(log offsets).
    public func offsetMilliseconds(at time: Timestamp) -> Int64 {
        offsets[max(0, offsets.partitioningIndex { $0.start > time } - 1)].offsetMilliseconds
    }

    /// Local days since 1970-01-01.
    public func day(of time: Timestamp) -> Int32 {
        let local = time.milliseconds + offsetMilliseconds(at: time)
        return Int32(truncatingIfNeeded: floorDivide(local, Self.millisecondsPerDay))
    }

    /// Local weeks, counted from the one that began on Monday 1969-12-29.
    public func week(of time: Timestamp) -> Int32 {
        Int32(floorDivide(Int64(day(of: time)) + 3, 7))
    }

    public static let millisecondsPerDay: Int64 = 86_400_000
    public static let millisecondsPerWeek: Int64 = 7 * millisecondsPerDay
}

/// Integer division rounding towards minus infinity.
func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
