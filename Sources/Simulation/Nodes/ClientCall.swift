// One call of a client, from its first attempt to its end.

import ClientCore
import Domain

final class ClientCall {
    let id: RequestID
    let kind: MessageKind
    let key: KeyHash
    let index: UInt64
    let body: Body
    let deadlineMicroseconds: UInt32
    var plan: CallPlan
    let startedAt: UInt64
    /// When the plan wants to hear of the time.
    var waitsUntil: UInt64 = .max
    /// Which routers it was sent to.
    var attempts: [(router: Int, connection: UInt64, isAnswered: Bool)] = []
    var isEnded = false
    /// What came last.
    private(set) var lastReply: Message?
    /// What the caller is told when nobody answers.
    private(set) var lastRefusal: Message?
    /// Behind which of its shopper's writes it was sent; see `WriteOrder`.
    var order: WriteOrder.Place?
    /// How often the same events were sent before, and came to an unknown end.
    var repetitions = 0

    init(
        id: RequestID, kind: MessageKind, key: KeyHash, index: UInt64 = 0, body: Body, deadlineMicroseconds: UInt32,
        plan: CallPlan, startedAt: UInt64
    ) {
        self.id = id
        self.kind = kind
        self.key = key
        self.index = index
        self.body = body
        self.deadlineMicroseconds = deadlineMicroseconds
        self.plan = plan
        self.startedAt = startedAt
    }

    func heard(_ message: Message) {
        lastReply = message
        guard case .refused(let code) = message.header.status else { return }
        if case .refused(let earlier) = lastRefusal?.header.status, earlier.outlasts(code) { return }
        lastRefusal = message
    }

    func header(attempt: Int, deadlineMicroseconds: UInt32) -> MessageHeader {
        MessageHeader(
            kind: kind, priority: kind == .price ? .price : .event, deadlineMicroseconds: deadlineMicroseconds,
            keyHash: key, requestID: id, index: index, tag: UInt64(attempt))
    }

    var user: UserKey? {
        switch body {
        case .price(let request): request.user
        case .events(let user, _): user
        default: nil
        }
    }

    var eventIDs: [EventID] {
        if case .events(_, let events) = body { events.map(\.id) } else { [] }
    }
}
