// Some requests can do without an answer, and waiting for it holds up everything else. So after one that went
// unanswered, for whichever stream, the next of its kind wait for better times.

struct Restraint {
    private let pause: Duration
    private var failedAt: ContinuousClock.Instant?

    init(pause: Duration) { self.pause = pause }

    mutating func failed(at now: ContinuousClock.Instant) { failedAt = now }

    func allows(at now: ContinuousClock.Instant) -> Bool {
        failedAt.map { now - $0 > pause } ?? true
    }
}

/// What the streams of one log hold back together.
final class Restraints {
    var subscribing = Restraint(pause: .seconds(1))
    var glancing = Restraint(pause: .seconds(1))
    var spreading = Restraint(pause: .seconds(1))
}
