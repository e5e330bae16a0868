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
        let byCost = Money(row.unitCost.real * (1 + policy.minimumMarginRatio), rounded: .up)
        let byDiscount = Money(row.listPrice.real * (1 - policy.largestDiscountRatio), rounded: .up)
        let floor = max(byCost ?? ceiling, byDiscount ?? ceiling, row.minimumPrice ?? .zero, Money(minorUnits: 1))
        self.floor = min(floor, ceiling)
    }
}
