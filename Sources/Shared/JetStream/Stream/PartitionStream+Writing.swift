// Claims and commits. Both are one message each, stored only directly behind the end that the writer has seen.
//
// A publish that goes unanswered may have been stored, or may be later. Publishing the very same message again is
// harmless: the first copy that is stored moves the end, and all others are refused. So it is repeated until there
// is an answer; a refusal is looked into, because the message that was quicker may be our own.

import Domain
import Log

extension PartitionStream {
    /// - Parameter least: the new epoch is at least this one.
    func claim(owner: String, after seen: UInt64, raisingTo least: UInt64 = 0) throws(LogError) -> Claim {
        var patience = Patience(patience)
        while true {
            let end = try begin()
            guard end.epoch == seen else { throw .fenced(currentEpoch: end.epoch) }
            let epoch = max(end.epoch &+ 1, least)
            guard end.epoch < epoch, epoch <= UInt64(Int64.max) else { throw corrupt("the epoch has no successor") }
            try checkLastEntry(end)
            let message = LogMessage(
                partition: partition, sequence: end.sequence + 1, firstIndex: end.lastIndex + 1, epoch: epoch,
                claimSequence: end.sequence + 1, origin: writer.nextAttempt(), content: .claim(owner: owner))
            if try store(message) { return Claim(epoch: epoch, lastIndex: end.lastIndex) }
            // The leader has appended meanwhile, or somebody else has claimed: the next look tells.
            guard !patience.isOver else { throw failure(.wrongLastSequence) }
            patience.wait()
        }
    }

    func append(_ records: [Record], epoch: UInt64, expecting lastIndex: UInt64) throws(LogError) -> UInt64 {
        guard let end = try end(epoch: epoch, lastIndex: lastIndex, isCheckOnly: records.isEmpty) else {
            throw .fenced(currentEpoch: 0)
        }
        guard epoch == end.epoch, epoch > 0 else { throw .fenced(currentEpoch: end.epoch) }
        guard lastIndex == end.lastIndex else { throw .unexpectedIndex(actual: end.lastIndex) }
        guard !records.isEmpty else { return lastIndex }
        // Who leads has no use for what it wrote itself.
        reader = nil
        let entry = try StoredEntry(
            sealing: records, partition: partition, firstIndex: lastIndex + 1, epoch: epoch)
        let message = LogMessage(
            partition: partition, sequence: end.sequence + 1, firstIndex: entry.firstIndex, epoch: epoch,
            claimSequence: end.claimSequence, origin: writer.nextAttempt(), content: .entry(entry))
        guard try store(message) else {
            guard let now = try look() else { throw corrupt("the stream is missing") }
            throw now.epoch == epoch ? .unexpectedIndex(actual: now.lastIndex) : .fenced(currentEpoch: now.epoch)
        }
        return message.lastIndex
    }

    /// The end as far as it has to be known for an append: storing compares it anyway, so what was seen suffices
    /// when it fits.
    private func end(epoch: UInt64, lastIndex: UInt64, isCheckOnly: Bool) throws(LogError) -> StreamEnd? {
        if !isCheckOnly, let known, known.epoch == epoch, known.lastIndex == lastIndex { return known }
        return try look()
    }

    /// The stream's end; the stream is created first when there is none.
    private func begin() throws(LogError) -> StreamEnd {
        if let end = try look(), end.sequence > 0 { return end }
        do throws(NatsFailure) {
            try Patience.repeating(for: patience) { () throws(NatsFailure) in
                try connection.createStream(stream, subject: subject, kind: .log, replicas: cluster.replicas)
            }
        } catch {
            throw failure(error)
        }
        // Before the first message, so that a stream which held anything is never taken for a new one.
        try cluster.register(partition)
        return try look() ?? .empty
    }

    /// Whoever leads builds on the last entry, so it has to be whole.
    private func checkLastEntry(_ end: StreamEnd) throws(LogError) {
        guard end.sequence > 0, case .entry(let entry) = try message(at: end.sequence).content else { return }
        _ = try entry.opened(partition: partition, file: stream)
    }

    /// Stores a message at the place that it names.
    /// - Returns: false when another message has taken that place.
    private func store(_ message: LogMessage) throws(LogError) -> Bool {
        let bytes = message.encoded
        var patience = Patience(patience)
        var wasTried = false
        while true {
            let stored: UInt64
            do throws(NatsFailure) {
                stored = try connection.publish(bytes, to: subject, after: message.sequence - 1)
            } catch {
                switch error {
                case .wrongLastSequence: return try isStored(message)
                case .tooLarge:
                    throw .entryTooLarge(
                        bytes: bytes.count, limit: connection.largestMessageBytes - NatsConnection.headerBytes)
                case .noSpace where !wasTried: throw failure(error)
                case .noSpace(let problem) where patience.isOver: throw failure(.unanswered(problem))
                default:
                    guard !patience.isOver else { throw failure(error) }
                    wasTried = true
                }
                patience.wait()
                continue
            }
            guard stored == message.sequence else {
                throw corrupt("message \(message.sequence) was stored as \(stored): the servers do not fence")
            }
            learn(message)
            return true
        }
    }

    /// Whether it is our message that took its place.
    private func isStored(_ message: LogMessage) throws(LogError) -> Bool {
        let found = try self.message(at: message.sequence)
        guard found.origin == message.origin else { return false }
        learn(message)
        return true
    }
}
