// What the clients saw, and what was done to the cluster meanwhile. Checkers read this and nothing else, so a
// history can be written by hand, with a mistake planted in it, to see that its checker finds it.

import Domain

public struct History: Sendable {
    /// By client, in the order in which each sent them.
    public var clients: [[Operation]]
    public var faults: [FaultRecord]
    /// What was sent before was for finding out the capacity: checked like the rest, not measured.
    public var loadStartedAt = MonotonicInstant(microseconds: 0)

    public init(clients: [[Operation]], faults: [FaultRecord] = []) {
        self.clients = clients
        self.faults = faults
    }

    public subscript(id: OperationID) -> Operation { clients[id.client][id.number] }

    /// Every operation with its name, client by client.
    public var all: some Sequence<(OperationID, Operation)> {
        clients.lazy.enumerated().flatMap { client, operations in
            operations.lazy.enumerated().map { (OperationID(client: client, number: $0), $1) }
        }
    }
}

/// Names one request of a run, in evidence too.
public struct OperationID: Hashable, Sendable, CustomStringConvertible {
    public var client: Int
    public var number: Int

    public init(client: Int, number: Int) {
        self.client = client
        self.number = number
    }

    public var description: String { "client \(client) request \(number)" }
}

/// One request and what became of it.
public struct Operation: Sendable {
    /// What was asked; whose it is follows from the cart or the shopper.
    public enum Request: Equatable, Sendable {
        /// A cart of the shop, by number, and the index that the answer must have seen.
        case price(cart: Int, after: UInt64)
        /// A batch of events of one shopper.
        case events(shopper: Int, [EventID])
        /// The token that an earlier request of the same client was given.
        case verify(shopper: Int, of: OperationID)
    }

    public enum Outcome: Equatable, Sendable {
        case priced(PriceRecord)
        case acknowledged(EventAcknowledgement)
        case verified(VerificationRecord)
        /// The cluster said no; by every code but `outcomeUnknown` it says that nothing was done.
        case refused(RefusalCode, String)
        /// Nobody knows: the client gave up waiting, or the cluster said so itself.
        case unknown(UnknownReason)
    }

    public enum UnknownReason: Equatable, Sendable {
        /// The cluster answered that it does not know.
        case answered
        /// No answer came by the deadline and the grace after it.
        case silence
        /// An answer came that could not be read.
        case unreadable(String)
    }

    public var request: Request
    public var sentAt: MonotonicInstant
    /// When the outcome was there; nil while there is none.
    public var endedAt: MonotonicInstant?
    public var outcome: Outcome?
    /// Answers that came, also those after the first and those that came too late.
    public var deliveries = 0
    /// The partition index that the answer says it has seen.
    public var index: UInt64 = 0

    public init(_ request: Request, sentAt: MonotonicInstant) {
        self.request = request
        self.sentAt = sentAt
    }

    /// Microseconds from sending to the outcome.
    public var latency: UInt64? { endedAt.map { $0.microseconds(since: sentAt) } }

    /// Whether the client got what it asked for.
    public var succeeded: Bool {
        switch outcome {
        case .priced, .acknowledged, .verified: true
        case .refused, .unknown, nil: false
        }
    }
}

/// A price as the client decoded it, reduced to what is checked.
public struct PriceRecord: Equatable, Sendable {
    public var quoteID: RequestID
    public var level: PriceLevel
    public var expiresAt: Timestamp
    /// By line of the cart.
    public var lines: [PricedLine]
    public var total: Money
    /// Whether the answer names the products and quantities of the cart, in its order.
    public var isOfItsCart: Bool
    /// Empty when this token is not among those that are kept.
    public var token: [UInt8]

    public init(
        quoteID: RequestID, level: PriceLevel, expiresAt: Timestamp, lines: [PricedLine], total: Money,
        isOfItsCart: Bool, token: [UInt8]
    ) {
        self.quoteID = quoteID
        self.level = level
        self.expiresAt = expiresAt
        self.lines = lines
        self.total = total
        self.isOfItsCart = isOfItsCart
        self.token = token
    }
}

public struct PricedLine: Equatable, Sendable {
    public var unitPrice: Money
    public var total: Money

    public init(unitPrice: Money, total: Money) {
        self.unitPrice = unitPrice
        self.total = total
    }
}

/// What a token was said to promise.
public struct VerificationRecord: Equatable, Sendable {
    public var quoteID: RequestID
    public var unitPrices: [Money]
    public var total: Money

    public init(quoteID: RequestID, unitPrices: [Money], total: Money) {
        self.quoteID = quoteID
        self.unitPrices = unitPrices
        self.total = total
    }
}
