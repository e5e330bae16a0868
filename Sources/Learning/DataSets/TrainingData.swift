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

    public init(description: String, products: [String], events: [ShopperEvent], catalogue: [CatalogueRow]) {
        self.description = description
        self.products = products
        self.events = events
        self.catalogue = catalogue
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
