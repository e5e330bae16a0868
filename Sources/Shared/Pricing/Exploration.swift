// Prices that are shown to learn from. The slope of a shopper's demand is never known exactly; sixteen equally likely
// slopes stand for what it may be, each has its best price, and one is drawn (Thompson, 1933). A ticket for each slope
// makes the chance of a price a matter of counting: the share of the tickets that lead to it, after every guardrail.

import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// Slopes that stand for what a slope may be.
public enum Exploration {
    public static let tickets = 16

    /// Of the standard normal, in the middles of sixteen equally likely slices.
    public static let quantiles = [
        -1.862_732, -1.318_011, -1.009_990, -0.776_422, -0.579_132, -0.402_250, -0.237_202, -0.078_412, 0.078_412,
        0.237_202, 0.402_250, 0.579_132, 0.776_422, 1.009_990, 1.318_011, 1.862_732,
    ]
}

extension Experiment {
    /// The ticket of a shopper and a product on a day of the shop: the same on every worker, all day.
    public func ticket(_ user: UserKey, _ product: ProductKey, day: Int32) -> Int {
        var hash = FNV1a()
        hash.update(utf8: salt)
        hash.update(1)
        hash.update(word: user.hash.value)
        hash.update(word: product.value)
        hash.update(word: UInt64(bitPattern: Int64(day)))
        return Int(finalMix(hash.value) >> 60)
    }

    /// The curve as a ticket has it.
    public func drawn(_ curve: DemandCurve, ticket: Int) -> DemandCurve {
        var drawn = curve
        drawn.slope *= exp(Exploration.quantiles[ticket] * exploringDeviation)
        return drawn
    }
}
