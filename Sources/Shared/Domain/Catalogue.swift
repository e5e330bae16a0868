// What is sold, at what list price and cost, and which public deal runs on it.

/// One product of a tenant from `effectiveAt` on, until a later row replaces it.
public struct CatalogueRow: Equatable, Sendable {
    public var product: String
    public var name: String
    public var category: String
    public var currency: Currency
    /// The public price, and the ceiling of every personal one.
    public var listPrice: Money
    /// What one unit costs the seller.
    public var unitCost: Money
    /// The lowest price the seller may advertise (MAP); nil when none was agreed.
    public var minimumPrice: Money?
    public var deal: Deal?
    /// Share of stores, 0 to 1, that put the product on display.
    public var displayShare: Float
    /// Share of stores, 0 to 1, whose mailer shows it.
    public var mailerShare: Float
    public var effectiveAt: Timestamp

    public init(
        product: String, name: String, category: String, currency: Currency, listPrice: Money, unitCost: Money,
        minimumPrice: Money?, deal: Deal?, displayShare: Float, mailerShare: Float, effectiveAt: Timestamp
    ) {
        self.product = product
        self.name = name
        self.category = category
        self.currency = currency
        self.listPrice = listPrice
        self.unitCost = unitCost
        self.minimumPrice = minimumPrice
        self.deal = deal
        self.displayShare = displayShare
        self.mailerShare = mailerShare
        self.effectiveAt = effectiveAt
    }

    /// What anybody pays for one unit at `time`: the deal while it runs, the list price otherwise.
    public func publicPrice(at time: Timestamp) -> Money {
        guard let deal, time < deal.endsAt else { return listPrice }
        return min(deal.price, listPrice)
    }
}

/// A public, limited-time price for everybody.
public struct Deal: Equatable, Sendable {
    public var price: Money
    public var endsAt: Timestamp

    public init(price: Money, endsAt: Timestamp) {
        self.price = price
        self.endsAt = endsAt
    }
}
