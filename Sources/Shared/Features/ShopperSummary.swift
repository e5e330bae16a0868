// Everything the feature rows of one cart share: computed once per shopper and week, then read by every line.

import Domain

/// What the weeks before one week say about a shopper, whatever the product.
public struct ShopperSummary: Equatable, Sendable {
    /// Weeks of the past that features read. Shorter than the history's window, so that the features of a
    /// week stay the same until eleven later weeks have been seen.
    public static let horizon: Int32 = 52
    /// Stands for "never" in every feature that counts weeks.
    public static let never: Float = 60

    public let week: Int32
    /// Weeks with a basket.
    public let trips: Int
    /// Which weeks those are; bit i is the week `week - 1 - i`.
    let tripWeeks: UInt64
    /// Moves bit 0 of a product's weeks from the history's latest week to the week before this one.
    let shift: Int32
    /// Trips that fade with age; see `Recency`.
    let fastTrips: Float
    let slowTrips: Float
    let dealShare: Float
    /// Minor units.
    let spendPerTrip: Float
    let basketsPerTrip: Float
    let linesPerTrip: Float
    let recentLinesPerTrip: Float
    let itemsPerTrip: Float
    let distinctItems: Float

    /// O(products + trip weeks).
    public init(_ history: ShopperHistory, week: Int32) {
        self.week = week
        var totals = Totals()
        var recent = Totals()
        var mask: UInt64 = 0
        for trip in history.trips where trip.week < week && week - trip.week <= Self.horizon {
            let age = week - 1 - trip.week
            mask |= 1 << UInt64(age)
            totals.add(trip)
            if age < 4 { recent.add(trip) }
        }
        let weeks = mask.nonzeroBitCount
        trips = weeks
        tripWeeks = mask
        shift = history.isEmpty ? 0 : week - 1 - history.latestWeek
        fastTrips = Recency.fast.weight(of: mask)
        slowTrips = Recency.slow.weight(of: mask)
        dealShare = Float(totals.dealLines) / Float(max(1, totals.lines))
        spendPerTrip = Float(totals.spend) / Float(max(1, weeks))
        basketsPerTrip = Float(totals.baskets) / Float(max(1, weeks))
        linesPerTrip = Float(totals.lines) / Float(max(1, weeks))
        recentLinesPerTrip = Float(recent.lines) / Float(max(1, (mask & 0b1111).nonzeroBitCount))
        var bought = 0
        var distinct = 0
        for entry in history.products {
            let count = Self.aligned(entry.weeks, by: shift).nonzeroBitCount
            bought += count
            distinct += count > 0 ? 1 : 0
        }
        itemsPerTrip = Float(bought) / Float(max(1, weeks))
        distinctItems = Float(distinct)
    }

    /// The weeks in which `product` was bought; bit i is the week `week - 1 - i`. O(log products).
    func weeksBought(_ product: ProductKey, in history: ShopperHistory) -> UInt64 {
        let index = history.products.partitioningIndex { $0.product >= product }
        guard index < history.products.count, history.products[index].product == product else { return 0 }
        return weeksBought(history.products[index])
    }

    func weeksBought(_ entry: ProductWeeks) -> UInt64 { Self.aligned(entry.weeks, by: shift) }

    static func weeksSinceLatest(_ mask: UInt64) -> Float {
        mask == 0 ? never : Float(mask.trailingZeroBitCount + 1)
    }

    /// Drops what lies outside the horizon. Swift's smart shifts lose bits moved past either end and take a
    /// negative count as a shift the other way.
    private static func aligned(_ weeks: UInt64, by shift: Int32) -> UInt64 {
        (weeks << shift) & horizonMask
    }

    private static let horizonMask: UInt64 = (1 << UInt64(horizon)) - 1
}

/// Sums over trip weeks.
private struct Totals {
    var spend: UInt64 = 0
    var baskets: UInt64 = 0
    var lines: UInt64 = 0
    var dealLines: UInt64 = 0

    mutating func add(_ trip: TripWeek) {
        spend += UInt64(trip.spend)
        baskets += UInt64(trip.baskets)
        lines += UInt64(trip.lines)
        dealLines += UInt64(trip.dealLines)
    }
}
