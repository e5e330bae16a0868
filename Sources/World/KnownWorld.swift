// A world of shoppers whose every wish is known. What a learner claims from rows of behaviour can be held against it:
// the price that a shopper should have got is not estimated but computed. On real data that is impossible, because
// every row shows one price and what would have happened at another stays unknown.
//
// Shoppers, items and their four hidden quantities depend on the seed alone, so that two laws with one seed differ in
// the shape of demand and in nothing else. There is no hidden taste: all that is true can be learned from the columns,
// and the distance to the oracle is the learner's own.

import Domain
import Glibc

/// Shoppers, items and true demand: a pure function of a law, a seed and what surrounds them.
public struct KnownWorld: Sendable {
    public let law: DemandLaw
    public let seed: UInt64
    public let surroundings: Surroundings

    private let intercept: Surface
    private let slope: Surface
    private let threshold: Surface
    private let wanting: Surface
    /// How much of a price is compared with rivals'; nil without rivals.
    private let crossing: Surface?
    private let rivals: Rivals?
    private let seasons: Seasons?

    /// How many shoppers and items there are unless somebody asks for others. The truth about a number does not depend
    /// on how many there are.
    public static let shopperCount = 20_000
    public static let itemCount = 60

    public init(law: DemandLaw, seed: UInt64, _ surroundings: Surroundings = .none) {
        self.law = law
        self.seed = seed
        self.surroundings = surroundings
        var draws = Draws(seed: seed, "population")
        let population = (0..<4_096).map { _ in
            Features(
                Shopper(UInt64(draws.below(Self.shopperCount)), seed: seed),
                Item(UInt64(draws.below(Self.itemCount)), seed: seed), Moment(&draws))
        }
        intercept = Surface(seed: seed, "intercept", population: population)
        slope = Surface(seed: seed, "slope", population: population)
        threshold = Surface(seed: seed, "threshold", population: population)
        wanting = Surface(seed: seed, "wanting", population: population)
        let hasRivals = surroundings.competitors > 0
        crossing = hasRivals ? Surface(seed: seed, "crossing", population: population) : nil
        rivals = hasRivals ? Rivals(count: surroundings.competitors, seed: seed) : nil
        seasons = surroundings.hasSeasons ? Seasons(seed: seed) : nil
    }

    public func shopper(_ number: UInt64) -> Shopper { Shopper(number, seed: seed) }

    public func item(_ number: UInt64) -> Item { Item(number, seed: seed) }

    /// What rivals ask for an item on the day of `time`; nil in a world without rivals.
    public func rivalOffers(item number: UInt64, at time: Timestamp) -> RivalOffers? {
        rivals?.offers(item: number, reference: item(number).referencePrice, at: time)
    }

    /// By how much the season moves the log-odds of buying; 0 in a world without.
    /// - Parameter category: index into `Item.categories`.
    public func seasonShift(category: Int, at time: Timestamp) -> Double {
        seasons?.shift(category: category, on: SeasonDay(time)) ?? 0
    }

    /// What a shopper would do before an item at a moment, at every price, if no rival and no season were there.
    public func demand(_ shopper: Shopper, _ item: Item, _ moment: Moment) -> Demand {
        demand(Features(shopper, item, moment), rival: 0, season: 0)
    }

    /// The same, in the surroundings of a time.
    public func demand(shopper: UInt64, item number: UInt64, _ moment: Moment, at time: Timestamp) -> Demand {
        let item = item(number)
        return demand(self.shopper(shopper), item, moment, rivalOffers(item: number, at: time), time)
    }

    public func demand(_ question: Question) -> Demand {
        demand(question.shopper, question.item, question.moment, question.rivals, question.time)
    }

    private func demand(
        _ shopper: Shopper, _ item: Item, _ moment: Moment, _ rivals: RivalOffers?, _ time: Timestamp
    ) -> Demand {
        demand(
            Features(shopper, item, moment),
            rival: rivals.map { RivalInfluence.logRatio($0, reference: item.referencePrice) } ?? 0,
            season: seasonShift(category: item.category, at: time))
    }

    /// - Parameters:
    ///   - rival: ln(lowest rival price / reference price).
    ///   - season: on the log-odds of buying.
    private func demand(_ row: Features, rival: Double, season: Double) -> Demand {
        // ln b is nearly normal; b is 4.5 on average.
        let spread = 0.65
        let slope = min(max(exp(log(4.5) - spread * spread / 2 + spread * self.slope.value(at: row)), 0.8), 14)
        // A share κ of the comparison is with rivals: −b·ln(p/reference) becomes −(1 − κ)·b·ln(p/reference) −
        // κ·b·ln(p/rival), which is a shift, so that profit keeps its one summit; and as κ is below 1, what gets dearer
        // everywhere is bought less.
        let compared = rival * (crossing.map { logistic(0.4 + 0.8 * $0.value(at: row)) } ?? 0)
        return Demand(
            law: law,
            intercept: -0.8 + 1.1 * intercept.value(at: row) + (slope * compared + season),
            slope: slope,
            // Half as much: a most that an item may cost is less a matter of comparing.
            threshold: min(max(-0.03 + 0.085 * threshold.value(at: row), -0.2), 0.15) + 0.5 * compared,
            wanting: logistic(0.7 + wanting.value(at: row) + season))
    }
}
