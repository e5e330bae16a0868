// The columns of a feature row: their names, their order, what they are derived from, and the one piece of code
// that computes them. Learning replays history through it and serving calls it for every cart, so the two
// cannot drift apart. The price being decided is not among the columns: it enters the response model only
// through `ln(price / reference)`, which keeps the row, and both forests, independent of it. The last three columns
// tell what the week's public prices mean to the shopper; none of them depends on the price being decided.

import Domain

/// What a feature is derived from.
public enum FeatureTag: UInt8, Sendable, CaseIterable {
    /// The shopper's own behaviour.
    case personal = 0
    /// The product, whoever shops.
    case item = 1
    /// Public prices and promotion of the week.
    case market = 2
    /// The shopper's own behaviour and public prices together.
    case response = 3

    /// Whether public prices or promotion are in it.
    public var tellsOfMarket: Bool { self == .market || self == .response }
}

/// One column of a feature row.
public struct Feature: Equatable, Sendable {
    public let name: String
    public let tag: FeatureTag
}

/// The feature row that models are trained on and served with.
public enum FeatureSchema {
    public static let features: [Feature] = [
        // The shopper, over the last 52 weeks
        Feature(name: "trip weeks", tag: .personal),
        Feature(name: "recent trip weeks", tag: .personal),
        Feature(name: "share of lines on deal", tag: .personal),
        Feature(name: "spend per trip week", tag: .personal),
        Feature(name: "baskets per trip week", tag: .personal),
        Feature(name: "lines per trip week", tag: .personal),
        Feature(name: "lines per trip in four weeks", tag: .personal),
        Feature(name: "catalogue items per trip week", tag: .personal),
        Feature(name: "distinct catalogue items", tag: .personal),
        // The shopper and the product
        Feature(name: "weeks bought", tag: .personal),
        Feature(name: "personal share", tag: .personal),
        Feature(name: "personal share, slow decay", tag: .personal),
        Feature(name: "personal share, fast decay", tag: .personal),
        Feature(name: "weeks since bought", tag: .personal),
        Feature(name: "weeks since bought over cycle", tag: .personal),
        // The product
        Feature(name: "product logit rate", tag: .item),
        Feature(name: "product index", tag: .item),
        // The week
        Feature(name: "display share", tag: .market),
        Feature(name: "mailer share", tag: .market),
        Feature(name: "list price over reference", tag: .market),
        // The shopper and the prices
        Feature(name: "pull of substitutes", tag: .response),
        Feature(name: "personal price response", tag: .response),
    ]

    public static let count = features.count
    public static let names: [String] = features.map(\.name)
    public static let tags: [FeatureTag] = features.map(\.tag)

    /// Writes the row of one shopper and one product; allocates nothing.
    /// - Shape: `rows` is (N, count) row-major; the row `row` is overwritten. Every value is finite.
    /// - Parameters:
    ///   - category: of the item, and of the same shopper.
    ///   - summary: of the same history, for the week being priced.
    /// O(log products + trip weeks).
    public static func fill(
        _ rows: inout MutableSpan<Float>, row: Int, item: ItemContext, category: CategoryHabit,
        summary: ShopperSummary, history: ShopperHistory
    ) {
        let personal = PersonalItem(item, category: category, summary: summary, history: history)
        let base = row * count
        rows[base] = Float(summary.trips)
        rows[base + 1] = summary.fastTrips
        rows[base + 2] = summary.dealShare
        rows[base + 3] = summary.spendPerTrip
        rows[base + 4] = summary.basketsPerTrip
        rows[base + 5] = summary.linesPerTrip
        rows[base + 6] = summary.recentLinesPerTrip
        rows[base + 7] = summary.itemsPerTrip
        rows[base + 8] = summary.distinctItems
        rows[base + 9] = personal.weeksBought
        rows[base + 10] = personal.share
        rows[base + 11] = personal.slowShare
        rows[base + 12] = personal.fastShare
        rows[base + 13] = personal.weeksSince
        rows[base + 14] = personal.sinceOverCycle
        fillMarket(&rows, base: base, item: item)
        rows[base + 20] = personal.substitutePull
        rows[base + 21] = personal.priceResponse
    }

    /// Writes the row of a shopper nobody knows: the population's personal features, the product's own market, and of
    /// the response what holds for anybody.
    /// - Parameter category: of the item, and of anybody.
    /// - Shape: `population` is (count,), of which the personal columns are read.
    public static func fill(
        _ rows: inout MutableSpan<Float>, row: Int, item: ItemContext, category: CategoryHabit,
        population: borrowing Span<Float>
    ) {
        let base = row * count
        for column in 0..<personalCount { rows[base + column] = population[column] }
        fillMarket(&rows, base: base, item: item)
        rows[base + 20] = category.substitutePull(awayFrom: item, share: item.rate, weeks: 0)
        rows[base + 21] = 0
    }

    /// The personal columns come first.
    public static let personalCount = 15

    private static func fillMarket(_ rows: inout MutableSpan<Float>, base: Int, item: ItemContext) {
        rows[base + 15] = item.logitRate
        rows[base + 16] = item.index
        rows[base + 17] = item.displayShare
        rows[base + 18] = item.mailerShare
        rows[base + 19] = item.logListPrice
    }
}
