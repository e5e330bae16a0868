import Domain

/// The rules that every personal price keeps. From `cluster.yaml`.
public struct PricingPolicy: Equatable, Sendable {
    public var objective: PricingObjective
    /// What winning the purchase is worth beyond its own margin, as a share of the list price: the rest of the
    /// basket it brings, and the shopper's return. Counts in the profit objective only.
    public var conversionValueRatio: Double
    /// Least margin over unit cost: 0.05 means a price of at least 1.05 times the cost.
    public var minimumMarginRatio: Double
    /// α in `p ← p + α(p* − p)`, once a day: 1 jumps to the optimum, 0 never moves.
    public var smoothing: Double
    /// Largest change from one day to the next, as a share of the earlier price.
    public var largestDailyMoveRatio: Double
    /// Largest discount off the list price, as a share of it.
    public var largestDiscountRatio: Double
    public var ending: PriceEnding

    public init(
        objective: PricingObjective, conversionValueRatio: Double, minimumMarginRatio: Double, smoothing: Double,
        largestDailyMoveRatio: Double, largestDiscountRatio: Double, ending: PriceEnding
    ) {
        self.objective = objective
        self.conversionValueRatio = conversionValueRatio
        self.minimumMarginRatio = minimumMarginRatio
        self.smoothing = smoothing
        self.largestDailyMoveRatio = largestDailyMoveRatio
        self.largestDiscountRatio = largestDiscountRatio
        self.ending = ending
    }
}

extension PricingPolicy {
    /// What the optimum counts as the cost of selling one unit, in minor units: the unit cost, or what a unit is worth,
    /// less the value of winning the purchase, and never below nothing.
    /// - Parameter unitWorth: see `StockValue`; nil: its cost.
    public func netCost(of row: CatalogueRow, unitWorth: Money? = nil) -> Double {
        max(0, (unitWorth ?? row.unitCost).real - conversionValue(of: row))
    }

    /// What winning the purchase is worth beyond its own margin, in minor units.
    public func conversionValue(of row: CatalogueRow) -> Double { conversionValueRatio * row.listPrice.real }
}

/// The last digit of a price, in minor units.
public enum PriceEnding: String, Sendable, CaseIterable {
    case none
    /// 1.99, 2.49: the next lower price that ends in 9.
    case nine

    /// The highest price with this ending that is at most `price` and at least `floor`, else `price` itself.
    public func applied(to price: Money, floor: Money) -> Money {
        switch self {
        case .none: return price
        case .nine:
            let ended = Money(minorUnits: price.minorUnits - (price.minorUnits + 1) % 10)
            return ended >= floor && ended > .zero ? ended : price
        }
    }
}
