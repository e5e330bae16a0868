/// Why an observation cannot be trusted, or trusted yet.
public enum AnomalyReason: String, CaseIterable, Codable, Sendable {
    /// Far more, or far less, was sold than usual.
    case spike
    case drop
    /// Demand or price stays where it moved to. The new level is taken for the usual one from here on.
    case levelShift = "level shift"
    /// A competitor's price moved further than it does.
    case priceJump = "price jump"
    /// Off by a power of ten: a decimal point or a minor unit was lost.
    case decimalSlip = "decimal slip"
    /// Off by more than a factor of three: another currency, pack size or product.
    case absurdRatio = "absurd ratio"
    /// Zero, negative or no number.
    case notAPrice = "not a price"
    /// The same price for longer than such a feed stands still.
    case frozenFeed = "frozen feed"
    /// Not later than what was seen before; ignored.
    case late
}

/// What a detector says about one observation.
public struct AnomalyVerdict: Equatable, Sendable {
    /// Nil: as usual.
    public var reason: AnomalyReason?
    /// Of demand: deviations from the usual level, negative below it. Of a price: its ratio to the usual one. Of a
    /// frozen feed: observations without a change.
    public var magnitude: Double
    /// What was usual; nil while too little is known.
    public var expected: Double?
    /// No price may move before this time; nil when this observation freezes nothing.
    public var frozenUntil: Int64?

    /// Whether an operator should look.
    public var isAlarm: Bool { reason != nil && reason != .late }
}
