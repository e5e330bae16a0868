// Behaviour, as producers report it.

/// One thing that a shopper did. The id makes it count once, however often it is delivered.
public struct Event: Equatable, Sendable {
    public var id: EventID
    public var occurredAt: Timestamp
    public var basket: Basket

    public init(id: EventID, occurredAt: Timestamp, basket: Basket) {
        self.id = id
        self.occurredAt = occurredAt
        self.basket = basket
    }
}

/// 64 bits of a producer's event id: enough to tell apart the events remembered for one user.
public struct EventID: Hashable, Sendable {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// The digest of the id a producer sent.
    public init(digesting bytes: some Sequence<UInt8>) {
        var state = FNV1a()
        state.update(bytes)
        value = finalMix(state.value)
    }
}

/// A paid basket: its totals over everything bought, and the items that the catalogue knows.
public struct Basket: Equatable, Sendable {
    public var spend: Money
    /// Lines in the whole basket, catalogue items or not.
    public var lines: UInt32
    /// Of those, lines bought at a reduced price.
    public var dealLines: UInt32
    public var items: [BasketItem]

    public init(spend: Money, lines: UInt32, dealLines: UInt32, items: [BasketItem]) {
        self.spend = spend
        self.lines = lines
        self.dealLines = dealLines
        self.items = items
    }
}

public struct BasketItem: Equatable, Sendable {
    public var product: String
    public var quantity: Int64
    /// What was paid for all `quantity` units together.
    public var paid: Money

    public init(product: String, quantity: Int64, paid: Money) {
        self.product = product
        self.quantity = quantity
        self.paid = paid
    }
}
