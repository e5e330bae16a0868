// Other shops with the same items. A rival's price for an item wanders around the rival's own level, weekly, and returns
// to it (an autoregression of order one, stationary from the first week on); now and then it is promoted for a week, and
// on some days it is sold out. Every price is a function of seed, rival, item and week alone: the autoregression is
// written as the weighted sum of its last shocks, so that nobody has to have lived through the weeks before.
//
// Of all rivals a shopper sees the cheapest that has the item. The own price plays no part in theirs: a rival that reacts
// would make the profit of a price depend on the days after, and no oracle could be computed price by price.

import Domain
import Glibc

/// What rivals ask for an item on one day.
public struct RivalOffers: Equatable, Sendable {
    /// The lowest price of those who have the item; nil when nobody has.
    public var lowestPrice: Money?
    public var inStock: Int

    public init(lowestPrice: Money?, inStock: Int) {
        self.lowestPrice = lowestPrice
        self.inStock = inStock
    }
}

struct Rivals: Sendable {
    let count: Int
    let seed: UInt64

    /// How much of a deviation is left a week later.
    private static let persistence = 0.7
    /// Standard deviation of ln price around the rival's level.
    private static let wandering = 0.08
    /// Shocks older than this have less than a hundredth of their weight left.
    private static let memory: Int64 = 13
    private static let promotionChance = 0.12
    private static let promotionFactor = 0.8
    private static let soldOutChance = 0.1

    /// - Complexity: O(rivals · memory) draws.
    func offers(item number: UInt64, reference: Money, at time: Timestamp) -> RivalOffers {
        var offers = RivalOffers(lowestPrice: nil, inStock: 0)
        for rival in 0..<count {
            var luck = draws("rival's stock", rival, number, time.day)
            guard luck.fraction() >= Self.soldOutChance else { continue }
            let price = price(of: rival, item: number, reference: reference, week: time.week)
            offers.inStock += 1
            offers.lowestPrice = min(price, offers.lowestPrice ?? price)
        }
        return offers
    }

    private func price(of rival: Int, item number: UInt64, reference: Money, week: Int64) -> Money {
        var level = draws("rival's level", rival, number, 0)
        var logRatio = 0.06 * level.normal()
        let innovation = Self.wandering * (1 - Self.persistence * Self.persistence).squareRoot()
        var weight = innovation
        for age in 0..<Self.memory {
            var shock = draws("rival's price", rival, number, week - age)
            logRatio += weight * shock.normal()
            weight *= Self.persistence
        }
        var promotion = draws("rival's promotion", rival, number, week)
        if promotion.fraction() < Self.promotionChance { logRatio += log(Self.promotionFactor) }
        return Money(minorUnits: max(1, Int64((reference.real * exp(logRatio)).rounded())))
    }

    private func draws(_ purpose: String, _ rival: Int, _ item: UInt64, _ time: Int64) -> Draws {
        let place = finalMix(finalMix(item) ^ UInt64(rival))
        return Draws(seed: seed, purpose, finalMix(place ^ UInt64(bitPattern: time)))
    }
}

/// How rivals' prices move a shopper's demand.
enum RivalInfluence {
    /// ln(rival's price / reference price): what is further away counts as this. Nobody having the item counts as the
    /// dearest rival.
    private static let noticed = -0.5...0.25

    static func logRatio(_ offers: RivalOffers, reference: Money) -> Double {
        guard let lowest = offers.lowestPrice else { return noticed.upperBound }
        return min(max(log(lowest.real / reference.real), noticed.lowerBound), noticed.upperBound)
    }
}
