// Time, and pauses in it. Servers that cannot answer do not tell when they can again, so what goes unanswered is asked
// again after a pause. Tests have a clock that they set themselves.

import Glibc

package protocol WaitingClock {
    var now: ContinuousClock.Instant { get }

    func pause(_ duration: Duration)
}

/// The machine's. Pauses block the thread, which is the log's own and has nothing else to do.
struct MachineClock: WaitingClock {
    var now: ContinuousClock.Instant { .now }

    func pause(_ duration: Duration) { usleep(UInt32(clamping: duration.wholeMilliseconds * 1_000)) }
}

extension Duration {
    /// Rounded down.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
