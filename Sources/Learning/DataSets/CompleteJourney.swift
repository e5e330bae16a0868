// The grocery data set in `Data/complete-journey` as events and catalogue rows. See its README for the source,
// the licence and the assumptions.

import Domain

/// Baskets of 2,469 households over 40 weeks, and the weekly shelf prices of fifty products.
public struct CompleteJourney: Sendable {
    public struct Product: Sendable {
        public var id: String
        public var name: String
        public var category: String
    }

    /// The shelf price of one product in one week.
    public struct WeeklyPrice: Sendable {
        public var product: String
        /// The data's own week, from 1.
        public var week: Int32
        public var price: Money
        public var regularPrice: Money
        public var displayShare: Float
        public var mailerShare: Float
    }

    /// Most bought first.
    public let products: [Product]
    public let weeklyPrices: [WeeklyPrice]
    /// Ascending by time.
    public let events: [ShopperEvent]

    /// Shop week (`ShopCalendar.week`) minus data week. Data week 1 begins on Monday 2016-12-26.
    public static let weekOffset: Int32 = 2_451
    /// The shop's time zone: the one in which the data's weeks begin on Monday at midnight.
    public static let timeZone = "America/New_York"
    /// Unit cost as a share of the regular price: an assumption, the data has no costs.
    public static let costShare = 0.72
    public static let currency = Currency(code: "USD")!

    /// The catalogue as the shop would have published it: one row for each product and week.
    public func catalogue(calendar: ShopCalendar) -> [CatalogueRow] {
        let byId = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return weeklyPrices.compactMap { entry in
            guard let product = byId[entry.product] else { return nil }
            let week = entry.week + Self.weekOffset
            return Self.row(product, entry, from: calendar.start(ofWeek: week), to: calendar.start(ofWeek: week + 1))
        }
    }

    /// Everything that learning reads.
    public func trainingData(calendar: ShopCalendar) -> TrainingData {
        TrainingData(
            description: "The Complete Journey (84.51°, 2017), weeks 1 to 40, fifty products",
            products: products.map(\.id), events: events, catalogue: catalogue(calendar: calendar))
    }

    private static func row(
        _ product: Product, _ entry: WeeklyPrice, from start: Timestamp, to end: Timestamp
    ) -> CatalogueRow {
        let deal = entry.price < entry.regularPrice ? Deal(price: entry.price, endsAt: end) : nil
        return CatalogueRow(
            product: product.id, name: product.name, category: product.category, currency: currency,
            listPrice: entry.regularPrice,
            unitCost: Money(entry.regularPrice.real * costShare, rounded: .nearest) ?? .zero,
            minimumPrice: nil, deal: deal, displayShare: entry.displayShare, mailerShare: entry.mailerShare,
            effectiveAt: start)
    }
}
