// The clocks of one node. Monotonic time runs as simulated time does, from a start of its own; the wall clock drifts
// and can be set.

import Domain

public struct SimulatedClock: Sendable {
    /// What the monotonic clock showed when the simulation began. Differs among nodes, so that an instant that
    /// leaks from one node to another is nonsense there.
    private let monotonicStart: UInt64
    /// Millionths by which the wall clock is fast.
    private let driftPerMillion: Int64
    private var wallOffsetMilliseconds: Int64

    public init(monotonicStart: UInt64, driftPerMillion: Int64, wallOffsetMilliseconds: Int64) {
        self.monotonicStart = monotonicStart
        self.driftPerMillion = driftPerMillion
        self.wallOffsetMilliseconds = wallOffsetMilliseconds
    }

    init(random: inout SeededRandom) {
        self.init(
            monotonicStart: UInt64(random.below(1 << 40)),
            driftPerMillion: Int64(random.number(in: -200...200)),
            wallOffsetMilliseconds: Int64(random.number(in: -20...20)))
    }

    /// - Parameter time: microseconds of simulated time.
    public func monotonic(at time: UInt64) -> MonotonicInstant {
        MonotonicInstant(microseconds: monotonicStart &+ time)
    }

    /// When this node's monotonic clock shows `instant`, in simulated time; 0 for what lies before the start.
    public func time(of instant: MonotonicInstant) -> UInt64 {
        instant.microseconds > monotonicStart ? instant.microseconds - monotonicStart : 0
    }

    public func wall(at time: UInt64) -> Timestamp {
        let milliseconds = Int64(time / 1_000)
        return Self.epoch.adding(
            milliseconds: milliseconds + milliseconds * driftPerMillion / 1_000_000 + wallOffsetMilliseconds)
    }

    public mutating func jump(milliseconds: Int64) { wallOffsetMilliseconds += milliseconds }

    public mutating func setRight() { wallOffsetMilliseconds = 0 }

    /// Simulated time begins on Wednesday 2026-01-07, 12:00Z.
    public static let epoch = Timestamp(milliseconds: 1_767_787_200_000)
}
