// Names every attempt to write, so that a writer whose publish went unanswered knows its own message again.

final class MessageWriter {
    private let number = UInt64.random(in: 1...UInt64.max)
    private var attempts: UInt64 = 0

    func nextAttempt() -> LogMessage.Origin {
        attempts += 1
        return LogMessage.Origin(writer: number, attempt: attempts)
    }
}
