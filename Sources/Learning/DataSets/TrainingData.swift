// What learning needs of a data set, and what `farthing import` sends through the wire: the same events and the
// same catalogue rows, so that training replays exactly what serving saw.

import Domain

/// A history of behaviour and of the catalogue it happened under.
public struct TrainingData: Sendable {
    /// One sentence about where the data comes from.
    public var description: String
    /// The products to learn, most popular first.
    public var products: [String]
    /// Ascending by time.
    public var events: [ShopperEvent]
    /// Ascending by `effectiveAt`.
    public var catalogue: [CatalogueRow]
    /// Personal prices, in the order they were shown; of one shopper, product and week the last counts. Whoever is not
    /// among them saw the public price.
    public var shown: [ShownPrice] = []

    public init(description: String, products: [String], events: [ShopperEvent], catalogue: [CatalogueRow]) {
        self.description = description
        self.products = products
        self.events = events
        self.catalogue = catalogue
    }

    /// Whoever did something or was shown a price, in the order of their first event. O(events).
    public var shoppers: [String] {
        var known: Set<String> = []
        return (events.lazy.map(\.user) + shown.lazy.map(\.user)).filter { known.insert($0).inserted }
    }
}

/// A personal price that a shopper saw.
public struct ShownPrice: Equatable, Sendable {
    public var user: String
    public var product: String
    /// Of the shop, `ShopCalendar.week`.
    public var week: Int32
    public var price: Money

    public init(user: String, product: String, week: Int32, price: Money) {
        self.user = user
        self.product = product
        self.week = week
        self.price = price
    }
}

/// An event and whose it is.
public struct ShopperEvent: Equatable, Sendable {
    public var user: String
    public var event: Event

    public init(user: String, event: Event) {
        self.user = user
        self.event = event
    }
}
