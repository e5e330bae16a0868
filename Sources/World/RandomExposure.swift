// What an experiment would have recorded: a price drawn without looking at the shopper, and whether it sold. Because
// the price is random, what sells at a price says what the price does.

import Domain

/// One shopper before one item at one moment, who was shown no price yet.
public struct Question: Sendable {
    public var shopperNumber: UInt64
    public var itemNumber: UInt64
    public var shopper: Shopper
    public var item: Item
    public var moment: Moment
    public var time: Timestamp
    /// nil in a world without rivals.
    public var rivals: RivalOffers?
    /// nil in a world without seasons.
    public var day: SeasonDay?
}

/// A question that was answered with a price.
public struct RandomExposure: Sendable {
    public var question: Question
    public var price: Money
    public var isBought: Bool

    /// The prices that are tried, as shares of the reference price.
    public static let ratios = [0.80, 0.85, 0.90, 0.95, 1.00, 1.05, 1.10]
    /// The chance of each.
    public static let propensity = 1 / Double(ratios.count)
}

extension Item {
    /// The reference price times a ratio, to the nearest minor unit.
    func price(atRatio ratio: Double) -> Money {
        Money(minorUnits: Int64((referencePrice.real * ratio).rounded()))
    }
}
