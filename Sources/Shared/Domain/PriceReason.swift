/// Why a price is what it is. Numbers are part of the wire protocol; `allCases` is the order in which the
/// rules act.
public enum PriceReason: UInt8, Sendable, CaseIterable {
    /// Kept at what was shown before: prices of the product are frozen.
    case frozen = 14
    /// No model serves yet.
    case noModel = 9
    /// The model does not know the product.
    case unknownToModel = 10
    /// Priced like the shopper's segment: no behaviour is known.
    case unknownShopper = 12
    /// The experiment's control arm sees the public price.
    case controlArm = 8
    /// The model's demand, corrected by what shopper and product have done since it was fitted.
    case corrected = 15
    /// A unit counts as what it is worth to those still to come, or if it stays, instead of its cost.
    case stock = 16
    /// Drawn to learn from, for the exploring arm: the best price for a slope that may be the shopper's.
    case explored = 13
    /// The price that maximises the objective between floor and ceiling.
    case optimum = 1
    /// Moved only part of the way to the optimum, to keep prices calm.
    case smoothed = 2
    /// Held back by the largest move allowed in one day.
    case dailyMove = 5
    /// Raised to the floor: cost and margin, the minimum advertised price, or the largest discount.
    case floor = 3
    /// Lowered to the public list price: personalisation discounts, it never surcharges.
    case ceiling = 4
    /// Rounded down to the shop's price ending.
    case priceEnding = 6
    /// Kept at an earlier, lower quote that has not expired.
    case sticky = 7
    /// The public deal is lower than the personal price.
    case publicDeal = 11
}

/// The reasons for one price, in the order of `PriceReason.allCases`. A bit each, so that recording one
/// allocates nothing.
public struct PriceReasons: Equatable, Sendable, Sequence, ExpressibleByArrayLiteral {
    private var bits: UInt32 = 0

    public init() {}

    public init(arrayLiteral elements: PriceReason...) {
        for reason in elements { insert(reason) }
    }

    public mutating func insert(_ reason: PriceReason) { bits |= 1 << UInt32(reason.rawValue) }

    public func contains(_ reason: PriceReason) -> Bool { bits & (1 << UInt32(reason.rawValue)) != 0 }

    public var count: Int { bits.nonzeroBitCount }

    public func makeIterator() -> some IteratorProtocol<PriceReason> {
        PriceReason.allCases.lazy.filter(contains).makeIterator()
    }
}
