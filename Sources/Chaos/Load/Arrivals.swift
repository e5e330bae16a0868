// When requests are sent. Open loop: at moments that do not depend on the answers, as customers come; a cluster
// that stalls finds a queue when it wakes up. Closed loop: as fast as answers come, to find the capacity.

import Domain
import Foundation

enum Pace: Sendable {
    /// Requests in a second; the moments are a Poisson process.
    case open(perSecond: Double)
    /// So many under way at any moment.
    case closed(outstanding: Int)
}

/// The moments of one client.
struct Arrivals {
    private let meanMicroseconds: Double
    private let outstanding: Int
    private var next: Double
    private var random: SeededGenerator

    init(_ pace: Pace, from start: MonotonicInstant, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        next = Double(start.microseconds)
        switch pace {
        case .open(let perSecond):
            meanMicroseconds = 1e6 / max(perSecond, 1e-3)
            outstanding = .max
        case .closed(let outstanding):
            meanMicroseconds = 0
            self.outstanding = outstanding
        }
    }

    /// The moment at which a request is due, if one is.
    mutating func take(now: MonotonicInstant, underWay: Int) -> MonotonicInstant? {
        guard underWay < outstanding, next <= Double(now.microseconds) else { return nil }
        if meanMicroseconds == 0 { return now }
        let due = MonotonicInstant(microseconds: UInt64(next))
        next -= log(1 - random.unit()) * meanMicroseconds
        return due
    }

    /// How long there is nothing to send.
    func waitMilliseconds(now: MonotonicInstant, longest: Int) -> Int {
        if meanMicroseconds == 0 { return longest }
        let wait = (next - Double(now.microseconds)) / 1_000
        return min(max(Int(min(wait, 1e6)), 1), longest)
    }
}
