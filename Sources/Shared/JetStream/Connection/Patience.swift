// How long a request is repeated: pauses that grow from 5 to 100 ms, until the time is up. A process that was stopped has
// not waited, and servers that were stopped with it have not had their time; so no single try counts for much.

import Log

struct Patience {
    private let clock: any WaitingClock
    /// What was left when it was last counted.
    private var left: Duration
    private var countedAt: ContinuousClock.Instant
    private var pause: Duration = .milliseconds(5)

    private static let longestPause: Duration = .milliseconds(100)
    /// The most that one try counts for: a little more than a request waits for its answer.
    private static let longestTry: Duration = .milliseconds(2_500)

    init(_ duration: Duration, _ clock: any WaitingClock) {
        self.clock = clock
        left = duration
        countedAt = clock.now
    }

    var isOver: Bool { left <= spent }

    private var spent: Duration { min(clock.now - countedAt, Self.longestTry) }

    /// Waits before the next try.
    mutating func wait() {
        clock.pause(pause)
        pause = min(pause * 2, Self.longestPause)
        left -= spent
        countedAt = clock.now
    }
}

extension WaitingClock {
    /// Repeats what is harmless to repeat, for as long as it goes unanswered.
    func repeating<Result>(
        for duration: Duration, _ body: () throws(NatsFailure) -> Result
    ) throws(NatsFailure) -> Result {
        var patience = Patience(duration, self)
        while true {
            do throws(NatsFailure) {
                return try body()
            } catch {
                guard case .unanswered = error, !patience.isOver else { throw error }
            }
            patience.wait()
        }
    }

    /// The same, for whoever takes every failure for an error of the log.
    /// - Parameter place: what the error names.
    func ask<Result>(
        place: String, for duration: Duration, _ body: () throws(NatsFailure) -> Result
    ) throws(LogError) -> Result {
        do throws(NatsFailure) {
            return try repeating(for: duration, body)
        } catch {
            throw error.logError(place: place)
        }
    }

    /// The same; nil for what is not there.
    func unlessMissing<Result>(
        place: String, for duration: Duration, _ body: () throws(NatsFailure) -> Result
    ) throws(LogError) -> Result? {
        do throws(NatsFailure) {
            return try repeating(for: duration, body)
        } catch {
            switch error {
            case .noSuchStream, .noSuchMessage: return nil
            default: throw error.logError(place: place)
            }
        }
    }
}
