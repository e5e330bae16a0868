import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// What is known of an item, and what it costs: a function of the world's seed and the item's number.
public struct Item: Equatable, Sendable {
    public static let columns = [
        NumericColumn("quality", .uniform(0...1), decimals: 3),
        NumericColumn("pack_weight", .logNormal(median: 0.6, deviation: 0.7), decimals: 3),
    ]
    public static let categories = [
        "bakery", "care", "dairy", "drinks", "frozen", "household", "produce", "snacks",
    ]

    /// - Shape: (2,), in the order and the units of `columns`.
    public let values: [Double]
    /// Index into `categories`.
    public let category: Int
    /// What shoppers are used to pay.
    public let referencePrice: Money
    /// 50 to 78 % of the reference price.
    public let unitCost: Money

    init(_ number: UInt64, seed: UInt64) {
        var draws = Draws(seed: seed, "item", number)
        values = Self.columns.map { $0.draw(&draws) }
        category = draws.below(Self.categories.count)
        // From about 2 to 30 in whole units, so that rounding to minor units moves a price by less than 0.3 %.
        let reference = (200 * exp(2.7 * draws.fraction())).rounded()
        referencePrice = Money(minorUnits: Int64(reference))
        unitCost = Money(minorUnits: Int64((reference * (0.5 + 0.28 * draws.fraction())).rounded()))
    }
}
