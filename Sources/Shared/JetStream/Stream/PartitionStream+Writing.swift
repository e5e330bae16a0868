// Storing one message in one stream.
//
// A publish that goes unanswered may have been stored, or may be later. Publishing the very same message again is
// harmless: the first copy that is stored moves the end, and all others are refused. A refusal is looked into, because
// the message that was quicker may be our own.

import Domain
import Log

extension PartitionStream {
    /// What came of offering a message once.
    enum Offer {
        case stored
        /// Another message lies in its place, and it will never be stored.
        case overtaken
        /// It may be stored, or may be yet.
        case unanswered(NatsFailure)
        /// It was not sent.
        case tooLarge(LogError)
    }

    /// Creates the stream, if it is not there.
    func begin() throws(LogError) -> StreamEnd {
        if let end = try look(), end.sequence > 0 { return end }
        do throws(NatsFailure) {
            try servers.clock.repeating(for: patience) { () throws(NatsFailure) in
                try servers.createStream(stream, subject: subject, kind: .log, replicas: cluster.replicas)
            }
        } catch {
            throw failure(error)
        }
        // Before the first message, so that a stream which held anything is never taken for a new one.
        try cluster.register(lane, of: partition)
        return try look() ?? .empty
    }

    /// Offers a claim until there is an answer.
    /// - Returns: false when another message has taken its place.
    func store(_ claim: LogMessage) throws(LogError) -> Bool {
        var patience = Patience(patience, servers.clock)
        while true {
            switch try offer(claim, within: RequestWait.agreement) {
            case .stored:
                // Whatever was under way before it comes too late now.
                unsettled = nil
                return true
            case .overtaken: return false
            case .tooLarge(let error): throw error
            case .unanswered(let failure):
                guard !patience.isOver else { throw unknown(failure) }
            }
            patience.wait()
        }
    }

    /// Offers an entry behind the end, for its stream's leader of this epoch; after what went unanswered before.
    func offer(_ entry: StoredEntry, within wait: Duration) throws(LogError) -> Offer {
        if let before = unsettled {
            let outcome = try offer(before, within: wait)
            guard case .stored = outcome else { return outcome }
            unsettled = nil
            if before.firstIndex == entry.firstIndex { return .stored }
        }
        guard let end = known else { throw corrupt("an entry before any claim") }
        let message = LogMessage(
            partition: partition, lane: lane, sequence: end.sequence + 1, firstIndex: entry.firstIndex,
            epoch: entry.epoch, claimSequence: end.claimSequence, origin: writer.nextAttempt(),
            content: .entry(entry))
        let outcome = try offer(message, within: wait)
        if case .unanswered = outcome { unsettled = message }
        return outcome
    }

    private func offer(_ message: LogMessage, within wait: Duration) throws(LogError) -> Offer {
        let bytes = message.encoded
        let stored: UInt64
        do throws(NatsFailure) {
            stored = try servers.publish(bytes, to: subject, after: message.sequence - 1, within: wait)
        } catch {
            switch error {
            case .wrongLastSequence: return try outcome(of: message)
            case .tooLarge:
                return .tooLarge(
                    .entryTooLarge(
                        bytes: bytes.count, limit: servers.largestMessageBytes))
            // A server looks for space where it applies a message: the one that says that it has none may be the only
            // one that did not store it.
            default: return .unanswered(error)
            }
        }
        guard stored == message.sequence else {
            throw corrupt("message \(message.sequence) was stored as \(stored): the servers do not fence")
        }
        learn(message)
        return .stored
    }

    /// Something has taken a message's place: the message itself, or another one.
    private func outcome(of message: LogMessage) throws(LogError) -> Offer {
        let found: StoredMessage
        do throws(NatsFailure) {
            found = try servers.message(at: message.sequence, of: stream)
        } catch {
            return .unanswered(error)
        }
        let winner = try decoded(found.bytes, at: found.sequence)
        learn(winner)
        return winner.origin == message.origin ? .stored : .overtaken
    }

    /// An error that leaves open whether the message is there.
    func unknown(_ failure: NatsFailure) -> LogError {
        if case .noSpace(let problem) = failure { return self.failure(.unanswered(problem)) }
        return self.failure(failure)
    }
}
