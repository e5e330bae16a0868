// Two clocks, never mixed: `Timestamp` says when something happened to people (events, expiry),
// `MonotonicInstant` measures how long something took (deadlines, heartbeats).
// Cores receive both from outside.

/// Milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    public func adding(milliseconds delta: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + delta)
    }

    /// Years 1970 to 9999: what a message may carry. Arithmetic inside the range never overflows.
    public static let acceptable = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 253_402_300_799_999)
}

/// Microseconds on a clock that never jumps; comparable only inside one process.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public var microseconds: UInt64

    public init(microseconds: UInt64) { self.microseconds = microseconds }

    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.microseconds < right.microseconds
    }

    public func adding(microseconds delta: UInt64) -> MonotonicInstant {
        MonotonicInstant(microseconds: microseconds &+ delta)
    }

    /// Microseconds from `earlier` to this instant; 0 when `earlier` is later.
    public func microseconds(since earlier: MonotonicInstant) -> UInt64 {
        microseconds > earlier.microseconds ? microseconds - earlier.microseconds : 0
    }
}
