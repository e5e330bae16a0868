// One of a partition's streams, seen by one log: how far it reaches, and what its messages say.
//
// Every message is stored under the condition that the stream ends where its writer believes. So the stream orders
// claims and commits, and a leader whose partition was claimed by another one cannot write: the claim moved the end.

import Domain
import Log

final class PartitionStream {
    let partition: PartitionID
    let lane: Lane
    let servers: any StreamServers
    let cluster: ClusterStream
    let writer: MessageWriter
    /// How long what goes unanswered is repeated.
    let patience: Duration
    /// Shared by all streams of the log.
    let restraints: Restraints
    /// Longer than all streams' together, so that others have their turn.
    let own = Restraints(pause: .milliseconds(2_500))
    let stream: String
    let subject: String

    /// Everything up to here was seen or acknowledged; nil before anything was.
    private(set) var known: StreamEnd?
    /// The newest claim that was read.
    private(set) var leader: Leadership?
    /// An entry that was offered and not answered: it may lie behind the known end, and may still get there.
    var unsettled: LogMessage?
    /// When the stream last gave a sign.
    private(set) var heardAt: ContinuousClock.Instant?
    private var missedAt: ContinuousClock.Instant?

    /// How often a stream that was never begun is looked for.
    private static let absence: Duration = .milliseconds(100)

    init(
        _ lane: Lane, of partition: PartitionID, cluster: ClusterStream, writer: MessageWriter, restraints: Restraints,
        patience: Duration
    ) {
        self.partition = partition
        self.lane = lane
        self.cluster = cluster
        self.writer = writer
        self.patience = patience
        self.restraints = restraints
        servers = cluster.servers
        stream = cluster.names.stream(lane, of: partition)
        subject = cluster.names.subject(lane, of: partition)
    }

    // MARK: - The end

    /// Where the stream ends, by its leader's word; nil when it was never begun.
    func look() throws(LogError) -> StreamEnd? {
        var patience = Patience(patience, servers.clock)
        while true {
            let problem: LogError
            switch try find({ () throws(NatsFailure) in try servers.lastMessage(of: stream, subject: subject) }) {
            case .message(let message):
                if message.sequence >= known?.sequence ?? 0 {
                    learn(message)
                    return known
                }
                problem = shrunk(to: message.sequence)
            case .noMessage:
                if known?.sequence ?? 0 == 0 { return .empty }
                problem = shrunk(to: 0)
            case .noStream:
                if known == nil, try !cluster.hasBegun(lane, of: partition) {
                    missedAt = servers.now
                    return nil
                }
                problem = corrupt("the stream is missing")
            }
            // A node that has just begun to lead, or does not know yet that it leads no more, answers with its past.
            guard !patience.isOver else { throw problem }
            patience.wait()
        }
    }

    /// The same without asking again for what is known, or was just found missing.
    func lookOnce() throws(LogError) -> StreamEnd? {
        if let known { return known }
        if let missedAt, servers.now - missedAt < Self.absence { return nil }
        return try look()
    }

    /// Takes note of where the stream ends, if that can be told at once.
    /// - Returns: false when it cannot, or was asked for in vain a moment ago.
    @discardableResult
    func glance() throws(LogError) -> Bool {
        let last = try answered { () throws(NatsFailure) in
            try servers.lastMessage(of: stream, subject: subject, within: RequestWait.glance)
        }
        guard let last else { return false }
        learn(last)
        return true
    }

    /// Asks for a message once, and takes silence for no answer.
    func answered(_ ask: () throws(NatsFailure) -> StoredMessage) throws(LogError) -> LogMessage? {
        guard restraints.glancing.allows(at: servers.now), own.glancing.allows(at: servers.now) else { return nil }
        let found: StoredMessage
        do throws(NatsFailure) {
            found = try ask()
        } catch {
            restraints.glancing.begin(at: servers.now)
            own.glancing.begin(at: servers.now)
            return nil
        }
        return try decoded(found.bytes, at: found.sequence)
    }

    /// Takes note of a message that is in the stream.
    func learn(_ message: LogMessage) {
        heardAt = servers.now
        if message.sequence >= known?.sequence ?? 0 { known = StreamEnd(message) }
        if case .claim(let owner) = message.content, message.epoch > leader?.epoch ?? 0 {
            leader = Leadership(epoch: message.epoch, owner: owner)
        }
    }

    // MARK: - Messages

    private enum Finding {
        case message(LogMessage)
        case noMessage, noStream
    }

    private func find(_ ask: () throws(NatsFailure) -> StoredMessage) throws(LogError) -> Finding {
        let stored: StoredMessage
        do throws(NatsFailure) {
            stored = try servers.clock.repeating(for: patience, ask)
        } catch {
            switch error {
            case .noSuchStream: return .noStream
            case .noSuchMessage: return .noMessage
            default: throw failure(error)
            }
        }
        return .message(try decoded(stored.bytes, at: stored.sequence))
    }

    /// A message that has to be there.
    func message(at sequence: UInt64) throws(LogError) -> LogMessage {
        var patience = Patience(patience, servers.clock)
        while true {
            switch try find({ () throws(NatsFailure) in try servers.message(at: sequence, of: stream) }) {
            case .message(let message): return message
            case .noMessage, .noStream: break
            }
            guard !patience.isOver else { try missing(sequence) }
            patience.wait()
        }
    }

    /// A node that lags may not have a message yet; a stream that goes on behind it has lost it.
    private func missing(_ sequence: UInt64) throws(LogError) -> Never {
        if case .message(let last) = try find({ () throws(NatsFailure) in
            try servers.lastMessage(of: stream, subject: subject)
        }), last.sequence > sequence {
            throw corrupt("message \(sequence) is missing")
        }
        throw failure(.noSuchMessage)
    }

    /// - Parameter sequence: where the message lies; nil leaves that to the caller.
    func decoded(_ bytes: [UInt8], at sequence: UInt64? = nil) throws(LogError) -> LogMessage {
        let message: LogMessage
        do throws(ByteError) {
            message = try LogMessage.decoded(bytes)
        } catch {
            throw corrupt("message \(sequence.map(String.init) ?? "delivered"): \(error)")
        }
        guard message.partition == partition, message.lane == lane, sequence == nil || message.sequence == sequence
        else {
            throw corrupt(
                "message \(sequence.map(String.init) ?? "delivered") was written as \(message.sequence) of "
                    + "\(message.partition)" + (message.lane == lane ? "" : ", the other stream"))
        }
        return message
    }

    // MARK: - Errors

    var place: String { "stream \(stream)" }

    func corrupt(_ problem: String) -> LogError { .corrupt(place: place, problem: problem) }

    func failure(_ failure: NatsFailure) -> LogError { failure.logError(place: place) }

    private func shrunk(to sequence: UInt64) -> LogError {
        .unavailable(
            place: place, problem: "ends at message \(sequence), but message \(known?.sequence ?? 0) was acknowledged")
    }
}

extension NatsFailure {
    func logError(place: String) -> LogError {
        switch self {
        case .noSpace: .diskFull(place: place)
        case .noSuchStream: .unavailable(place: place, problem: "the stream is not there")
        case .noSuchMessage: .unavailable(place: place, problem: "the message is not there")
        case .wrongLastSequence: .unavailable(place: place, problem: "the stream keeps growing")
        case .tooLarge: .unavailable(place: place, problem: "a message is larger than the servers take")
        case .unanswered(let problem): .unavailable(place: place, problem: problem)
        }
    }
}
