// When to start a process again that has ended without being asked to. The pause doubles while it keeps dying,
// so that a process that cannot start costs little, and one that was unlucky is back at once.

import Domain

/// Deaths in a row, each soon after the start.
public struct RestartPause: Equatable, Sendable {
    public private(set) var deaths = 0

    /// A process that lived this long had recovered from whatever ended it before.
    public static let healthyMicroseconds: UInt64 = 10_000_000
    /// So many deaths in a row are no accident any more.
    public static let worryingDeaths = 4

    private static let firstMicroseconds: UInt64 = 100_000
    private static let longestMicroseconds: UInt64 = 5_000_000

    public init() {}

    public var keepsDying: Bool { deaths >= Self.worryingDeaths }

    /// A process ended, or could not even be started: then it lived for 0 µs.
    /// - Returns: microseconds to wait before the next attempt: 100 ms, 200 ms, … 5 s.
    public mutating func died(afterMicroseconds lived: UInt64) -> UInt64 {
        deaths = lived > Self.healthyMicroseconds ? 1 : deaths + 1
        let doublings = UInt64(min(deaths - 1, 6))
        return min(Self.longestMicroseconds, Self.firstMicroseconds << doublings)
    }
}
