// What a unit on the shelf is worth, where its cost does not say so. While more shoppers come than there are units, whoever
// buys now takes one from somebody later; while fewer do, what stays may be worth less than it cost. Revenue management
// calls it a bid price.

/// From its record on, and until `until`, the price optimum takes a unit of this product to cost what it is worth. The
/// latest one of a product counts, and one that ends no later than it was recorded gives the unit cost its say back. Floors
/// go on being computed from the unit cost.
public struct StockValue: Equatable, Sendable {
    public var product: String
    /// Of one more unit: what it is worth if it stays, and the shadow price of the stock.
    public var worth: Money
    /// It counts only while the product is priced in the same.
    public var currency: Currency
    /// The first moment at which the unit cost counts again.
    public var until: Timestamp

    public init(product: String, worth: Money, currency: Currency, until: Timestamp) {
        self.product = product
        self.worth = worth
        self.currency = currency
        self.until = until
    }

    /// An `until` that ends every one.
    public static let over = Timestamp(milliseconds: 0)

    /// How far ahead one may end: what nobody renews must not hold prices up for ever.
    public static let longestMilliseconds = 366 * ShopCalendar.millisecondsPerDay
}
