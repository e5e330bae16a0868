// How one shopper buys one product. Shares are smoothed towards the product's own rate, so that a shopper with
// few trips looks like everybody else and not like somebody who never buys.

import Domain

struct PersonalItem {
    let weeksBought: Float
    let share: Float
    let slowShare: Float
    let fastShare: Float
    let weeksSince: Float
    let sinceOverCycle: Float
    /// See `CategoryHabit`.
    let substitutePull: Float
    /// See `PriceResponse`.
    let priceResponse: Float

    init(_ item: ItemContext, category: CategoryHabit, summary: ShopperSummary, history: ShopperHistory) {
        let weeks = summary.weeksBought(item.product, in: history)
        let count = Float(weeks.nonzeroBitCount)
        weeksBought = count
        share = Self.smoothed(count, of: Float(summary.trips), towards: item.rate, strength: 8)
        slowShare = Self.smoothed(
            Recency.slow.weight(of: weeks), of: summary.slowTrips, towards: item.rate, strength: Self.slowStrength)
        fastShare = Self.smoothed(
            Recency.fast.weight(of: weeks), of: summary.fastTrips, towards: item.rate, strength: 2)
        weeksSince = ShopperSummary.weeksSinceLatest(weeks)
        sinceOverCycle = min(Self.longestRatio, weeksSince / Self.cycle(of: weeks))
        substitutePull = category.substitutePull(awayFrom: item, share: slowShare, weeks: weeks)
        priceResponse = PriceResponse.slope(
            item.logDeviations, bought: weeks, trips: summary.tripWeeks, share: share)
    }

    /// Trips that the smoothing of the slow share adds.
    static let slowStrength: Float = 2

    private static let longestRatio: Float = 20

    /// A share of trips as if `strength` more trips at the product's rate had been seen.
    private static func smoothed(_ count: Float, of trips: Float, towards rate: Float, strength: Float) -> Float {
        (count + strength * rate) / (trips + strength)
    }

    /// Mean weeks between two purchases; `never` when there were fewer than two.
    private static func cycle(of weeks: UInt64) -> Float {
        let count = weeks.nonzeroBitCount
        guard count > 1 else { return ShopperSummary.never }
        let span = 63 - weeks.leadingZeroBitCount - weeks.trailingZeroBitCount
        return Float(span) / Float(count - 1)
    }
}
