// What a shopper has done, as far as prices may depend on it. A fold over baskets that forgets their order:
// every fact is filed under its week, so a late basket lands where it belongs and replicas that saw another
// order agree. The features of week w read only weeks before w; the open week needs no special case.
//
// Memory is bounded by a sliding window of 64 weeks: one bit per product and week, and one small record per
// week with a trip. Two sorted arrays and a word; a shopper with 30 trip weeks and 15 products takes 0.8 KB.
// Rejected: running sums with exponential decay. Floating-point sums depend on the order of arrival, and a
// late basket could never be told from a new one.

import Domain

/// The shopping of one shopper over the 64 weeks that end with the latest week seen.
public struct ShopperHistory: Equatable, Sendable {
    /// Weeks remembered, the latest one included.
    public static let window: Int32 = 64
    /// Weeks that may be filed; `ShopCalendar` stays far inside for every acceptable time.
    public static let weeks: ClosedRange<Int32> = -(1 << 20)...(1 << 20)

    /// The latest week with a basket; `Int32.min` before the first.
    public internal(set) var latestWeek: Int32 = .min
    /// Ascending by product.
    var products: [ProductWeeks] = []
    /// Ascending by week; only weeks with a basket.
    var trips: [TripWeek] = []

    public init() {}

    public var isEmpty: Bool { trips.isEmpty }

    /// Counts a basket of `week`. Baskets older than the window are forgotten at once, exactly as they would
    /// have been had they come in time. O(products + trip weeks).
    /// - Precondition: `week` lies in `weeks`.
    public mutating func apply(_ basket: Basket, week: Int32) {
        precondition(Self.weeks.contains(week), "week \(week) comes from no shop calendar")
        if isEmpty { latestWeek = week }
        if week > latestWeek { advance(to: week) }
        let age = latestWeek - week
        guard age < Self.window else { return }
        addTrip(basket, week: week)
        for item in basket.items where item.quantity > 0 {
            mark(ProductKey(product: item.product), age: age)
        }
    }

    /// Whether some basket before `week` can tell how this shopper shops.
    public func isKnown(before week: Int32) -> Bool {
        trips.contains { $0.week < week && week - $0.week <= ShopperSummary.horizon }
    }

    private mutating func advance(to week: Int32) {
        let shift = week - latestWeek
        latestWeek = week
        trips.removeAll { week - $0.week >= Self.window }
        for index in products.indices { products[index].weeks <<= UInt64(shift) }
        products.removeAll { $0.weeks == 0 }
    }

    private mutating func addTrip(_ basket: Basket, week: Int32) {
        let index = trips.partitioningIndex { $0.week >= week }
        if index == trips.count || trips[index].week != week { trips.insert(TripWeek(week: week), at: index) }
        trips[index].add(basket)
    }

    private mutating func mark(_ product: ProductKey, age: Int32) {
        let index = products.partitioningIndex { $0.product >= product }
        if index == products.count || products[index].product != product {
            products.insert(ProductWeeks(product: product, weeks: 0), at: index)
        }
        products[index].weeks |= 1 << UInt64(age)
    }
}

/// The weeks in which a shopper bought one product.
struct ProductWeeks: Equatable, Sendable {
    var product: ProductKey
    /// Bit i: bought i weeks before the history's latest week. Never 0.
    var weeks: UInt64
}

/// Totals over the baskets of one week. Counts stop at their type's maximum instead of wrapping.
struct TripWeek: Equatable, Sendable {
    var week: Int32
    /// Minor units.
    var spend: UInt32 = 0
    var baskets: UInt16 = 0
    var lines: UInt16 = 0
    var dealLines: UInt16 = 0

    init(week: Int32) { self.week = week }

    mutating func add(_ basket: Basket) {
        spend = spend.addingClamped(UInt32(clamping: basket.spend.minorUnits))
        baskets = baskets.addingClamped(1)
        lines = lines.addingClamped(UInt16(clamping: basket.lines))
        dealLines = dealLines.addingClamped(UInt16(clamping: basket.dealLines))
    }
}

extension UnsignedInteger where Self: FixedWidthInteger {
    func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
