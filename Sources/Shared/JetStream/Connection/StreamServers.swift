// What a log asks of the servers that keep its streams. NATS keeps them; a test keeps them in memory, loses answers and
// lets messages come late.

/// A message as a stream keeps it.
package struct StoredMessage {
    var sequence: UInt64
    var bytes: [UInt8]

    package init(sequence: UInt64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}

/// What a stream is for decides what may be taken out of it.
package enum StreamKind {
    /// Nothing is ever taken out.
    case log
    /// Single messages may be.
    case store
}

/// Servers that keep streams of messages. Calls are made from the one thread that owns the log, and block it.
package protocol StreamServers: AnyObject {
    /// The largest message that the servers take, in bytes, beside its headers.
    var largestMessageBytes: Int { get }

    // MARK: Messages

    /// Stores a message and waits until a majority of the stream's servers has it.
    /// - Parameters:
    ///   - expected: the sequence of the stream's last message, compared where the message is stored; nil stores it
    ///     wherever the stream ends.
    ///   - wait: after this it counts as unanswered.
    /// - Returns: the message's sequence.
    func publish(
        _ bytes: [UInt8], to subject: String, after expected: UInt64?, within wait: Duration
    ) throws(NatsFailure) -> UInt64

    /// The newest message of a subject, as the stream's leader has it.
    func lastMessage(
        of stream: String, subject: String, within wait: Duration
    ) throws(NatsFailure) -> StoredMessage

    /// The message at a place of a stream, as its leader has it.
    func message(at sequence: UInt64, of stream: String) throws(NatsFailure) -> StoredMessage

    /// Has everything delivered from a place on.
    /// - Parameter sequence: of the first message to deliver.
    func subscribe(to stream: String, from sequence: UInt64) throws(NatsFailure) -> any StreamSubscription

    // MARK: Streams

    /// Creates a stream; one that exists as asked for is left as it is.
    func createStream(_ name: String, subject: String, kind: StreamKind, replicas: Int) throws(NatsFailure)

    /// The names of all streams.
    func streamNames() throws(NatsFailure) -> [String]

    /// The subjects of a stream that match a filter and hold messages, sorted.
    func subjects(of stream: String, matching filter: String) throws(NatsFailure) -> [String]

    /// Removes one message of a store.
    func removeMessage(at sequence: UInt64, of stream: String) throws(NatsFailure)

    /// Which server leads a stream; nil where a server is alone.
    func leader(of stream: String) throws(NatsFailure) -> String?

    /// Has another server lead a stream, and does not wait long to hear of it.
    func handOver(_ stream: String) throws(NatsFailure)

    var clock: any WaitingClock { get }
}

/// What a stream delivers.
package protocol StreamSubscription: AnyObject {
    /// The next thing that has come.
    /// - Parameter wait: how long to wait for it; zero only looks.
    func next(within wait: Duration) -> Arrival
}

/// One look at a subscription.
package enum Arrival {
    case message([UInt8])
    /// A heartbeat: the subscription lives and has sent everything up to this sequence.
    case heartbeat(lastSequence: UInt64)
    case nothing
    /// Nothing more will come.
    case broken
}

/// How long one try of a request waits for its answer; callers repeat.
enum RequestWait {
    static let answer: Duration = .seconds(1)
    /// For what the servers have to agree on.
    static let agreement: Duration = .seconds(2)
    /// For a subscription, which others do not wait for.
    static let subscription: Duration = .milliseconds(300)
    /// For what may as well be known later.
    static let glance: Duration = .milliseconds(100)
}

extension StreamServers {
    var now: ContinuousClock.Instant { clock.now }

    func publish(_ bytes: [UInt8], to subject: String, after expected: UInt64? = nil) throws(NatsFailure) -> UInt64 {
        try publish(bytes, to: subject, after: expected, within: RequestWait.agreement)
    }

    func lastMessage(of stream: String, subject: String) throws(NatsFailure) -> StoredMessage {
        try lastMessage(of: stream, subject: subject, within: RequestWait.answer)
    }
}
