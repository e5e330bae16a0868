// Shoppers of a few segments whose every answer to an offer is known: how often it is redeemed, and what they bring with
// and without it. Some offers bring more than they cost, some less than nothing, and which ones differs by segment.

import Domain

/// The truth about a campaign: a pure function of its seed.
public struct OfferCampaign: Sendable {
    public let seed: UInt64
    public let segments: Int
    /// What each offer costs when it is redeemed; (offers,).
    public let costs: [Money]
    /// Mean profit before the offer's cost, in minor units; (segments, offers + 1), no offer last.
    public let profits: [[Double]]
    /// Chance that an offer is redeemed; (segments, offers).
    public let redeemed: [[Double]]
    /// Where the segments begin among the arrivals, as shares; (segments,).
    private let starts: [Double]

    /// Standard deviation of one shopper's profit, in minor units.
    public static let scatter = Money(minorUnits: 400)
    private static let faceValues: [Int64] = [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]
    public static let mostOffers = faceValues.count
    public static let mostSegments = 1_000

    /// - Precondition: from 1 to `mostSegments` segments and `mostOffers` offers.
    public init(seed: UInt64, segments: Int, offers: Int) {
        precondition(1...Self.mostSegments ~= segments && 1...Self.mostOffers ~= offers, "sizes out of range")
        self.seed = seed
        self.segments = segments
        costs = Self.faceValues.prefix(offers).map { Money(minorUnits: $0) }
        var draws = Draws(seed: seed, "campaign")
        var (profits, redeemed, weights): ([[Double]], [[Double]], [Double]) = ([], [], [])
        for _ in 0..<segments {
            let base = 300 + 400 * draws.fraction()
            let chances = costs.map { _ in 0.2 + 0.6 * draws.fraction() }
            profits.append(
                zip(costs, chances).map { base + ($1 * 4 * draws.fraction() - 0.4) * $0.real } + [base])
            redeemed.append(chances)
            weights.append(0.5 + draws.fraction())
        }
        (self.profits, self.redeemed) = (profits, redeemed)
        let total = weights.reduce(0, +)
        starts = weights.indices.map { weights[..<$0].reduce(0, +) / total }
    }

    /// Of the shopper who comes `number`th.
    public func segment(of number: UInt64) -> Int {
        let place = Draws(seed: seed, "arrival", number).firstFraction
        return (starts.lastIndex { $0 <= place }) ?? 0
    }

    /// What is expected of an offer after its cost, over making none; nil: none. In minor units.
    public func gain(_ segment: Int, _ offer: Int?) -> Double {
        offer.map { profits[segment][$0] - profits[segment][costs.count] - cost(segment, $0) } ?? 0
    }

    /// What is expected to be redeemed, in minor units.
    public func cost(_ segment: Int, _ offer: Int?) -> Double {
        offer.map { redeemed[segment][$0] * costs[$0].real } ?? 0
    }

    /// What the shopper who comes `number`th does with an offer: the same whoever makes it, and when.
    public func answer(_ number: UInt64, _ offer: Int?) -> (profit: Money, cost: Money) {
        let segment = segment(of: number)
        var draws = Draws(seed: seed, "answer", number)
        let redeems = draws.fraction()
        let profit = profits[segment][offer ?? costs.count] + Self.scatter.real * draws.normal()
        let cost = offer.map { redeems < redeemed[segment][$0] ? costs[$0] : .zero } ?? .zero
        return (Money(minorUnits: Int64(profit.rounded())), cost)
    }
}

extension Draws {
    fileprivate var firstFraction: Double {
        var draws = self
        return draws.fraction()
    }
}
