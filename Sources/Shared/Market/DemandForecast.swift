import Glibc

/// Demand of one future period.
public struct DemandForecast: Equatable, Sendable {
    /// Units: as likely to be exceeded as not, unless the method says otherwise.
    public var units: Double
    /// Nine cases of ten lie between `low` and `high`; neither is below 0.
    public var low: Double
    public var high: Double

    public init(units: Double, low: Double, high: Double) {
        self.units = units
        self.low = low
        self.high = high
    }

    /// Back from ln(1 + units). Quantiles survive a monotone scale, so the middle is the median.
    init(logarithm: Normal) {
        let reach = logarithm.reach * logarithm.deviation
        units = Self.units(logarithm.mean)
        low = Self.units(logarithm.mean - reach)
        high = Self.units(logarithm.mean + reach)
    }

    /// No forecast leaves what a file may hold.
    package static func units(_ logarithm: Double) -> Double { min(max(0, expm1(logarithm)), MarketLimits.units) }
}

/// What is taken for possible.
public enum MarketLimits {
    /// Units of one item in one period.
    public static let units = 1e9
    /// Prices, in whole units of a currency.
    public static let price = 1e9
    /// Periods from the first to the last.
    public static let periods = 5_000
}
