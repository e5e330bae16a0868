// The side of a feature row that is the same for every shopper: what the catalogue and the model know about
// one product in one week. Built when the catalogue, the week or the model changes, and not for every cart.

import Domain
import Glibc

/// One product as the market sees it in one week.
public struct ItemContext: Equatable, Sendable {
    public let product: ProductKey
    /// What the price is relative to in the response model: `q = ln(price / reference) − centre`. Minor units.
    public let referencePrice: Double
    let displayShare: Float
    let mailerShare: Float
    let rate: Float
    let logitRate: Float
    let index: Float
    /// ln(list price / reference price).
    let logListPrice: Float
    /// How much more than at its reference price and without a mailer the product draws this week; above −1.
    let pull: Double
    /// Of the weeks before, the latest first; see `PriceHistory.logDeviations`.
    let logDeviations: [Float]

    /// - Parameters:
    ///   - referencePrice: minor units; see `PriceHistory`. Less than one minor unit counts as one.
    ///   - displayShare, mailerShare: of the week, 0 to 1.
    ///   - logitRate: log-odds that any shopper with a basket buys the product in a week; finite.
    ///   - index: the product's place among the model's products, by popularity.
    ///   - listPrice, publicPrice: of the week, in minor units; the reference price unless given.
    ///   - logDeviations: of the public price in the weeks before; finite.
    /// The price being decided is no feature and has no place here. What is not finite counts as 0.
    public init(
        product: ProductKey, referencePrice: Double, displayShare: Float, mailerShare: Float, logitRate: Float,
        index: UInt32, listPrice: Money? = nil, publicPrice: Money? = nil, logDeviations: [Float] = []
    ) {
        self.product = product
        self.referencePrice = referencePrice >= 1 && referencePrice.isFinite ? referencePrice : 1
        self.displayShare = displayShare.isFinite ? displayShare : 0
        self.mailerShare = mailerShare.isFinite ? mailerShare : 0
        self.logitRate = logitRate.isFinite ? logitRate : 0
        rate = Float(1 / (1 + exp(-Double(self.logitRate))))
        self.index = Float(index)
        self.logDeviations = logDeviations
        let reference = self.referencePrice
        func logarithm(_ price: Money?) -> Double { price.map { log(max(1, $0.real) / reference) } ?? 0 }
        logListPrice = Float(logarithm(listPrice))
        pull = CategoryContext.pull(logPrice: logarithm(publicPrice), mailerShare: Double(self.mailerShare))
    }

    /// The context of a product under a catalogue row: what both learning and serving build.
    /// - Parameters:
    ///   - history: of the product's public prices; `row` itself stands in where it knows no earlier week.
    ///   - week: the one being priced.
    public init(
        row: CatalogueRow, history: PriceHistory, week: Int32, calendar: ShopCalendar, logitRate: Float, index: UInt32
    ) {
        self.init(
            product: ProductKey(product: row.product),
            referencePrice: history.referencePrice(before: week) ?? row.publicPrice(at: row.effectiveAt).real,
            displayShare: row.displayShare, mailerShare: row.mailerShare, logitRate: logitRate, index: index,
            listPrice: row.listPrice, publicPrice: row.publicPrice(in: week, calendar),
            logDeviations: history.logDeviations(before: week))
    }

    /// The price term of the response model before centring: `ln(price / reference)`.
    public func logRelativePrice(_ price: Money) -> Double { log(max(1, price.real) / referencePrice) }
}

extension CatalogueRow {
    /// What anybody pays in `week`: at its beginning, or when the row takes effect if that is later.
    public func publicPrice(in week: Int32, _ calendar: ShopCalendar) -> Money {
        publicPrice(at: max(effectiveAt, calendar.start(ofWeek: week)))
    }
}
