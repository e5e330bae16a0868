// Some requests can do without an answer, and waiting for it holds up everything else. So after one that went
// unanswered, the next of its kind wait for better times.

struct Restraint {
    private let pause: Duration
    private var since: ContinuousClock.Instant?

    init(pause: Duration) { self.pause = pause }

    mutating func begin(at now: ContinuousClock.Instant) { since = now }

    func allows(at now: ContinuousClock.Instant) -> Bool { since.map { now - $0 > pause } ?? true }
}

/// What a log holds back for all of its streams together, or one stream for itself.
final class Restraints {
    var subscribing: Restraint
    /// Looks at a stream's end.
    var glancing: Restraint
    /// Looks at who leads two streams.
    var spreading: Restraint

    init(pause: Duration) {
        subscribing = Restraint(pause: pause)
        glancing = subscribing
        spreading = subscribing
    }
}
