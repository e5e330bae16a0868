import Domain

/// Between which amounts the price of one line must lie, whatever a model thinks.
public struct PriceBounds: Equatable, Sendable {
    public let floor: Money
    public let ceiling: Money

    /// The ceiling is the public list price. The floor is the highest of cost plus margin, the minimum
    /// advertised price and the largest discount, but never above the ceiling: a product that costs more than
    /// its list price is sold at its list price.
    public init(_ row: CatalogueRow, _ policy: PricingPolicy) {
        ceiling = row.listPrice
        let byCost = Self.raised(row.unitCost.real * (1 + policy.minimumMarginRatio))
        let byDiscount = Self.raised(row.listPrice.real * (1 - policy.largestDiscountRatio))
        let floor = max(byCost ?? ceiling, byDiscount ?? ceiling, row.minimumPrice ?? .zero, Money(minorUnits: 1))
        self.floor = min(floor, ceiling)
    }

    /// Rounds up, but not for what the two roundings of the product add: 200 at a tenth more is 220, and not the
    /// 221 that 220.00000000000003 would become.
    private static func raised(_ amount: Double) -> Money? {
        Money(amount * (1 - 4 * Double.ulpOfOne), rounded: .up)
    }
}
