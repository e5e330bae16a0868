// Which promotion a line gets. Today every line has one slot and one kind competes for it: the public,
// limited-time deal of the catalogue. A deal and a personal price never stack; the shopper gets the lower one.

import Domain

public enum PromotionSelection {
    /// The slot of a line and the price that remains.
    /// - Parameter personalPrice: what the shopper would pay without any promotion.
    public static func select(
        _ row: CatalogueRow, against personalPrice: Money, at time: Timestamp
    ) -> (unitPrice: Money, slot: PromotionSlot?) {
        guard let deal = row.deal, time >= row.effectiveAt, time < deal.endsAt, deal.price < row.listPrice else {
            return (personalPrice, nil)
        }
        let applied = deal.price < personalPrice
        let slot = PromotionSlot(id: "deal", unitPrice: deal.price, endsAt: deal.endsAt, applied: applied)
        return (applied ? deal.price : personalPrice, slot)
    }
}
