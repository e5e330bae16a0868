import Glibc

/// What held while an item was sold in one period: the levers of demand that a shop plans.
public struct SalesSetting: Equatable, Sendable {
    /// What was asked, above 0; nil when unknown.
    public var price: Double?
    /// What is asked without a deal, above 0; nil when unknown.
    public var regularPrice: Double?
    /// Shares of stores, from 0 to 1.
    public var displayShare: Double
    public var mailerShare: Double
    /// 1 in a period with a holiday, 0 in others; parts of 1 are allowed.
    public var holiday: Double

    public init(
        price: Double? = nil, regularPrice: Double? = nil, displayShare: Double = 0, mailerShare: Double = 0,
        holiday: Double = 0
    ) {
        self.price = price
        self.regularPrice = regularPrice
        self.displayShare = displayShare
        self.mailerShare = mailerShare
        self.holiday = holiday
    }
}

/// What one item sold, period by period.
public struct ItemSales: Equatable, Sendable {
    public var item: String
    /// Number of the first period, on a grid that all items share.
    public var start: Int
    /// Units of each period, 0 or more; nil where nothing is known, which is not 0.
    public var units: [Double?]
    /// One for each period of `units` and perhaps of some periods after them, as planned; empty when nothing is known.
    public var settings: [SalesSetting]

    public init(item: String, start: Int = 0, units: [Double?], settings: [SalesSetting] = []) {
        self.item = item
        self.start = start
        self.units = units
        self.settings = settings
    }

    /// The same item as it was known after its first `count` periods, from its launch on; what was planned then is kept.
    func known(after count: Int) -> ItemSales {
        var known = ItemSales(item: item, start: start, units: Array(units[..<count]), settings: settings)
        let idle = known.periodsBeforeLaunch
        known.start += idle
        known.units.removeFirst(idle)
        known.settings.removeFirst(min(idle, settings.count))
        return known
    }

    /// Periods before the first sale in which the item was not yet on sale: so long a wait is improbable, less than one
    /// time in twenty, for an item that sells as often as it has since. An item that sells now and then has long waits
    /// before its first sale, too, and they count; so does all of an item that never sold. O(periods).
    package var periodsBeforeLaunch: Int {
        guard let first = units.firstIndex(where: { $0.map { $0 > 0 } ?? false }) else { return 0 }
        let since = units[first...].compactMap { $0 }
        let sold = Double(since.count { $0 > 0 })
        // The mean of qⁿ where q, the share of idle periods, has the beta distribution that follows from `since`.
        var chance = 1.0
        for wait in 0..<units[..<first].count(where: { $0 != nil }) {
            chance *= (Double(since.count) - sold + 0.5 + Double(wait)) / (Double(since.count) + 1 + Double(wait))
        }
        return chance < 0.05 ? first : 0
    }

    /// ln(1 + units): demand moves by shares, spikes weigh less, and no forecast can fall below zero.
    var logarithms: [Double?] { units.map { $0.map { log1p($0) } } }
}
