import Domain

/// What is known of a shopper: a function of the world's seed and the shopper's number.
public struct Shopper: Equatable, Sendable {
    public static let columns = [
        NumericColumn("income", .logNormal(median: 38, deviation: 0.5), decimals: 2),
        NumericColumn("visits", .logNormal(median: 4, deviation: 0.6), decimals: 2),
        NumericColumn("tenure", .uniform(0...10), decimals: 2),
        NumericColumn("basket_size", .normal(mean: 24, deviation: 6), decimals: 1),
        NumericColumn("distance", .logNormal(median: 2.5, deviation: 0.8), decimals: 2),
    ]
    public static let segments = ["family", "student", "single", "couple", "senior", "trade"]

    /// - Shape: (5,), in the order and the units of `columns`.
    public let values: [Double]
    /// Index into `segments`.
    public let segment: Int

    init(_ number: UInt64, seed: UInt64) {
        var draws = Draws(seed: seed, "shopper", number)
        values = Self.columns.map { $0.draw(&draws) }
        segment = draws.below(Self.segments.count)
    }
}
