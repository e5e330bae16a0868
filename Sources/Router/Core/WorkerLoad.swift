// Whether a worker has more to do than it can, and whom to turn away then. A queue that only grows makes every answer
// late, so nobody gets anything; turning some away at once lets the others be answered in time (docs/adr/0012).
//
// Two things together show that there is too much to do: for a second no answer came in good time, and the worker says
// that its loop never rests. Late answers alone may be a slow network or disk; a busy loop alone may keep up. While it
// lasts, the wait that a request can expect is what the worker has, divided by how fast it answers (Little's law), and a
// request that would wait for too long is turned away. It ends after a second in which nobody had to be.
//
// Reads and writes are counted apart, because writes wait for the log besides: what reads wait for is the worker's loop.

import Domain
import Glibc

struct WorkerLoad: Sendable {
    private var reads: Lane
    private var writes: Lane
    private var isBusy = false
    /// While there is too much to do: when that ends if nobody else has to be turned away.
    private var overloadedUntil: MonotonicInstant?

    /// How long (µs) it takes to begin, and to end.
    static let persistence: UInt64 = 1_000_000
    /// Thousandths of its time that a worker works when it has too much to do.
    static let busyPerMille: UInt32 = 900
    /// So few requests are never too many: a worker always has something to show by how fast it is.
    static let fewest = 4

    init(now: MonotonicInstant) {
        reads = Lane(now: now)
        writes = reads
    }

    /// Requests that the worker has.
    var inFlight: Int { reads.inFlight + writes.inFlight }

    // MARK: - Events

    mutating func given(_ request: MessageHeader) { self[request.kind.writes].inFlight += 1 }

    /// The worker does not have it any more, answered or not.
    mutating func taken(_ request: MessageHeader) { self[request.kind.writes].inFlight -= 1 }

    /// The worker has answered, after so long; or not at all, in as long as it had.
    mutating func ended(
        _ request: MessageHeader, isAnswered: Bool, afterMicroseconds waited: UInt64, now: MonotonicInstant
    ) {
        let inGoodTime = isAnswered && waited <= Self.goodTime(for: request)
        self[request.kind.writes].ended(isAnswered: isAnswered, inGoodTime: inGoodTime, now)
    }

    mutating func reported(busyPerMille: UInt32) {
        isBusy = busyPerMille >= Self.busyPerMille
        if !isBusy { forgiveLateness() }
    }

    /// Another process has the worker's name.
    mutating func restarted() {
        isBusy = false
        overloadedUntil = nil
        forgiveLateness()
    }

    private mutating func forgiveLateness() {
        reads.lateSince = nil
        writes.lateSince = nil
    }

    // MARK: - Turning away

    /// - Returns: how long (µs) the request would wait, if that is too long; nil if the worker may have it.
    mutating func tooLongAWait(for request: MessageHeader, now: MonotonicInstant) -> UInt64? {
        guard isOverloaded(now), isBusy, self[request.kind.writes].inFlight >= Self.fewest else { return nil }
        // The less it matters, the less it may wait, so that what matters more finds a shorter queue.
        let share = Double(5 - request.priority.rawValue) / 8
        var wait = self[request.kind.writes].expectedWait(now)
        var limit = share * Double(Self.goodTime(for: request))
        if request.kind.writes, wait <= limit, reads.inFlight > 0 {
            wait = reads.expectedWait(now)
            limit = share * Double(Self.goodTimeOfReads(request))
        }
        guard wait > limit else { return nil }
        overloadedUntil = now.adding(microseconds: Self.persistence)
        return UInt64(exactly: wait.rounded()) ?? UInt64(request.deadlineMicroseconds)
    }

    private mutating func isOverloaded(_ now: MonotonicInstant) -> Bool {
        if let overloadedUntil {
            guard now >= overloadedUntil else { return true }
            self.overloadedUntil = nil
            forgiveLateness()
        }
        guard isBusy, reads.isLate(now) || writes.isLate(now) else { return false }
        overloadedUntil = now.adding(microseconds: Self.persistence)
        return true
    }

    private subscript(isOfWrites: Bool) -> Lane {
        get { isOfWrites ? writes : reads }
        _modify { if isOfWrites { yield &writes } else { yield &reads } }
    }

    // MARK: - What is long

    /// Microseconds within which an answer says that the worker keeps up. Writes may wait for the log.
    private static func goodTime(for request: MessageHeader) -> UInt64 {
        request.kind.writes ? UInt64(request.deadlineMicroseconds) / 2 : goodTimeOfReads(request)
    }

    /// A quarter of the deadline: what is left bears a moment in which the machine stands still. Less than 20 ms only where
    /// the deadline leaves no choice.
    private static func goodTimeOfReads(_ request: MessageHeader) -> UInt64 {
        let deadline = UInt64(request.deadlineMicroseconds)
        return min(max(deadline / 4, 20_000), deadline / 2)
    }
}

/// Requests of one kind that a worker has, and how fast it answers them.
private struct Lane: Sendable {
    var inFlight = 0
    /// Since when no answer came in good time; nil while some do.
    var lateSince: MonotonicInstant?
    /// Answers per microsecond: the best of late, fading.
    private var rate = 0.0
    private var answers = 0.0
    private var countedSince: MonotonicInstant

    /// How long (µs) answers are counted before they are a rate, and what is left of an earlier rate after that time.
    private static let countingMicroseconds: UInt64 = 100_000
    private static let fading = 0.9

    init(now: MonotonicInstant) { countedSince = now }

    mutating func ended(isAnswered: Bool, inGoodTime: Bool, _ now: MonotonicInstant) {
        if isAnswered { answers += 1 }
        count(now)
        lateSince = inGoodTime ? nil : lateSince ?? now
    }

    func isLate(_ now: MonotonicInstant) -> Bool {
        guard let lateSince else { return false }
        return now.microseconds(since: lateSince) >= WorkerLoad.persistence
    }

    /// Microseconds; infinite while nothing is answered.
    mutating func expectedWait(_ now: MonotonicInstant) -> Double {
        count(now)
        return rate > 0 ? Double(inFlight) / rate : .infinity
    }

    private mutating func count(_ now: MonotonicInstant) {
        let elapsed = now.microseconds(since: countedSince)
        guard elapsed >= Self.countingMicroseconds else { return }
        let fading = pow(Self.fading, Double(elapsed) / Double(Self.countingMicroseconds))
        rate = max(answers / Double(elapsed), rate * fading)
        answers = 0
        countedSince = now
    }
}
