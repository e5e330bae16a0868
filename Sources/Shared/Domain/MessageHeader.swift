// What stands in front of every message, and all that a router ever reads. docs/wire.md gives the bytes.

/// What a message asks for. Replies carry the same kind.
public enum MessageKind: UInt8, Sendable, CaseIterable {
    case price = 1
    case events = 2
    case catalogue = 3
    case explain = 4
    case verify = 5
    case activate = 6
    case status = 7
    case inspect = 8
    /// Asks a partition's leader to append a checkpoint, at which every replica hashes its state.
    case checkpoint = 9
    /// Asks a worker, named by the hash of its name, to hand over what it holds.
    case drain = 10
    /// Prices of one product shall not move, or move again.
    case freeze = 11
    /// Asks which prices are frozen.
    case freezes = 12
    /// Units of products are worth something else than they cost.
    case stock = 13
    // Between workers and routers; never from or to a client.
    /// A worker's heartbeat.
    case report = 32
    /// A router tells a worker what to hold.
    case assign = 33
    /// A router asks a worker to lead the partition that the key hash names, after the epoch in `index`.
    case lead = 34
    /// A router tries whether a worker's connection still stands. Not answered.
    case probe = 35

    /// Which log, and so which worker, a request of this kind belongs to.
    public var destination: Destination {
        switch self {
        case .price, .events, .explain, .verify: .keyedPartition
        case .catalogue, .activate, .freeze, .freezes, .stock: .broadcastPartition
        case .inspect, .checkpoint: .numberedPartition
        case .drain: .namedWorker
        case .status: .router
        case .report, .assign, .lead, .probe: .peer
        }
    }

    public enum Destination: Sendable {
        /// The partition that the key hash falls into.
        case keyedPartition
        case broadcastPartition
        /// The key hash is itself a partition number.
        case numberedPartition
        /// The key hash is `KeyHash(workerName:)`.
        case namedWorker
        /// Answered by the router.
        case router
        /// Between a worker and a router only.
        case peer
    }

    /// Whether the request may have changed something when its answer is lost.
    public var writes: Bool {
        switch self {
        case .events, .catalogue, .activate, .checkpoint, .freeze, .stock: true
        case .price, .explain, .verify, .status, .inspect, .drain, .freezes, .report, .assign, .lead, .probe: false
        }
    }
}

/// Who is turned away last when there is too much to do: the lower numbers.
public enum MessagePriority: UInt8, Sendable, CaseIterable {
    case commit = 0
    case price = 1
    case event = 2
    case browse = 3
    case shadow = 4
}

/// How a request was answered. The header says it so that nobody needs to decode a body to count answers.
public enum AnswerStatus: Equatable, Sendable {
    /// A price of this level, or for other kinds simply `personal`: done.
    case answered(PriceLevel)
    case refused(RefusalCode)

    public var code: UInt16 {
        switch self {
        case .answered(let level): UInt16(level.rawValue)
        case .refused(let code): code.rawValue
        }
    }

    public init?(code: UInt16) {
        if let level = UInt8(exactly: code).flatMap(PriceLevel.init(rawValue:)) {
            self = .answered(level)
        } else if let refusal = RefusalCode(rawValue: code) {
            self = .refused(refusal)
        } else {
            return nil
        }
    }
}

public struct MessageHeader: Equatable, Sendable {
    public var kind: MessageKind
    public var isReply: Bool
    public var priority: MessagePriority
    /// Microseconds that the sender still waits, counted from when the receiver reads the message: a span,
    /// not a time of day, so that no two clocks need to agree. In a reply, what was left.
    public var deadlineMicroseconds: UInt32
    /// In a reply, how the request was answered.
    public var status: AnswerStatus
    public var keyHash: KeyHash
    public var requestID: RequestID
    /// In a request, the partition index that the answer must have seen; in a reply, the one it has seen.
    public var index: UInt64
    /// Meaningless to the receiver, which returns it: the sender's own place for this request. For `inOrderTag` see there.
    public var tag: UInt64

    /// The tag of a LEAD behind which the router sends everything of the partition that it has unanswered, in order.
    public static let inOrderTag: UInt64 = 1

    public init(
        kind: MessageKind, isReply: Bool = false, priority: MessagePriority = .price,
        deadlineMicroseconds: UInt32, status: AnswerStatus = .answered(.personal), keyHash: KeyHash,
        requestID: RequestID, index: UInt64 = 0, tag: UInt64 = 0
    ) {
        self.kind = kind
        self.isReply = isReply
        self.priority = priority
        self.deadlineMicroseconds = deadlineMicroseconds
        self.status = status
        self.keyHash = keyHash
        self.requestID = requestID
        self.index = index
        self.tag = tag
    }

    /// The header of an answer to this request.
    public func reply(_ status: AnswerStatus, index: UInt64 = 0) -> MessageHeader {
        var reply = self
        reply.isReply = true
        reply.status = status
        reply.index = index
        return reply
    }
}
