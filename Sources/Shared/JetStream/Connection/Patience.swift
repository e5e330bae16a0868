// How long a request is repeated: pauses that grow from 5 to 100 ms, until a deadline.

import Glibc

struct Patience {
    private let deadline: ContinuousClock.Instant
    private var pause: Duration = .milliseconds(5)

    private static let longestPause: Duration = .milliseconds(100)

    init(_ duration: Duration) { deadline = ContinuousClock.now + duration }

    var isOver: Bool { ContinuousClock.now >= deadline }

    /// Waits before the next try.
    mutating func wait() {
        // The thread is the log's own, and has nothing else to do.
        usleep(UInt32(clamping: pause.components.attoseconds / 1_000_000_000_000))
        pause = min(pause * 2, Self.longestPause)
    }

    /// Repeats what is harmless to repeat, for as long as it goes unanswered.
    static func repeating<Result>(
        for duration: Duration, _ body: () throws(NatsFailure) -> Result
    ) throws(NatsFailure) -> Result {
        var patience = Patience(duration)
        while true {
            do throws(NatsFailure) {
                return try body()
            } catch {
                guard case .unanswered = error, !patience.isOver else { throw error }
            }
            patience.wait()
        }
    }
}
