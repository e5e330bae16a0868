// A quote: one price per line, the reasons for it, and until when it is honoured.

/// How personal a price is: the rungs of the fallback ladder, best first.
public enum PriceLevel: UInt8, Comparable, Sendable, CaseIterable {
    /// Learned from this shopper's own behaviour.
    case personal = 0
    /// Of the segment, because the shopper is unknown.
    case segment = 1
    /// The public price, because nothing may or can personalise it.
    case list = 2

    public static func < (left: PriceLevel, right: PriceLevel) -> Bool { left.rawValue < right.rawValue }
}

/// The promotion slot of a line: the public deal that competes with the personal price.
public struct PromotionSlot: Equatable, Sendable {
    public var id: String
    public var unitPrice: Money
    public var endsAt: Timestamp
    /// True when the deal, not the personal price, is what the shopper pays.
    public var applied: Bool

    public init(id: String, unitPrice: Money, endsAt: Timestamp, applied: Bool) {
        self.id = id
        self.unitPrice = unitPrice
        self.endsAt = endsAt
        self.applied = applied
    }
}

public struct QuotedLine: Equatable, Sendable {
    public var product: String
    public var quantity: Int64
    public var listPrice: Money
    /// The personal price, before any promotion competes with it.
    public var personalPrice: Money
    /// What the shopper pays for one unit.
    public var unitPrice: Money
    public var level: PriceLevel
    public var reasons: PriceReasons
    public var promotion: PromotionSlot?
    /// What the shopper pays for all units.
    public var total: Money

    public init(
        product: String, quantity: Int64, listPrice: Money, personalPrice: Money, unitPrice: Money, level: PriceLevel,
        reasons: PriceReasons, promotion: PromotionSlot?, total: Money
    ) {
        self.product = product
        self.quantity = quantity
        self.listPrice = listPrice
        self.personalPrice = personalPrice
        self.unitPrice = unitPrice
        self.level = level
        self.reasons = reasons
        self.promotion = promotion
        self.total = total
    }

    /// (list price − what is paid) / list price; 0 where nothing is listed.
    public var discountRate: Double {
        listPrice > .zero ? 1 - unitPrice.real / listPrice.real : 0
    }
}

/// A priced cart, not yet signed.
public struct Quote: Equatable, Sendable {
    public var id: RequestID
    public var user: UserKey
    public var currency: Currency
    public var issuedAt: Timestamp
    public var expiresAt: Timestamp
    /// The least personal level among the lines.
    public var level: PriceLevel
    /// The model that priced it; 0 when none did.
    public var modelVersion: UInt64
    /// The experiment arm of the shopper.
    public var arm: String
    /// The segment used where the shopper is unknown; empty otherwise.
    public var segment: String
    public var lines: [QuotedLine]
    public var total: Money

    public init(
        id: RequestID, user: UserKey, currency: Currency, issuedAt: Timestamp, expiresAt: Timestamp,
        level: PriceLevel, modelVersion: UInt64, arm: String, segment: String, lines: [QuotedLine], total: Money
    ) {
        self.id = id
        self.user = user
        self.currency = currency
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.level = level
        self.modelVersion = modelVersion
        self.arm = arm
        self.segment = segment
        self.lines = lines
        self.total = total
    }
}
