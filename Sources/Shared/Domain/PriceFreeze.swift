// “Do not move”: what an alarm or an operator says about one product. A freeze stops moves, it sets no price: whoever
// was shown a price goes on seeing it, within floor and ceiling, until the freeze ends.

/// From `at` on, the prices of one product stay as they were shown, until `until`. The latest one of a product counts:
/// an operator can shorten a detector's freeze, and one that ends no later than it begins thaws.
public struct PriceFreeze: Equatable, Sendable {
    public var tenant: String
    public var product: String
    /// The first moment at which prices may move again.
    public var until: Timestamp
    /// Why, for whoever asks later; at most `Limits.freezeReasonBytes`.
    public var reason: String
    /// When it was taken into the log, by the clock of the worker that did.
    public var at: Timestamp

    public init(tenant: String, product: String, until: Timestamp, reason: String, at: Timestamp) {
        self.tenant = tenant
        self.product = product
        self.until = until
        self.reason = reason
        self.at = at
    }

    /// Whether this lets prices move that an earlier one held.
    public var isThaw: Bool { until <= at }

    /// An `until` that ends every freeze.
    public static let thawed = Timestamp(milliseconds: 0)

    /// How far ahead a freeze may end. One that should last longer is renewed; one that is forgotten ends by itself.
    public static let longestMilliseconds = 366 * ShopCalendar.millisecondsPerDay
}
