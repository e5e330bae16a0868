// A world of shoppers whose every wish is known. What a learner claims from rows of behaviour can be held against it:
// the price that a shopper should have got is not estimated but computed. On real data that is impossible, because
// every row shows one price and what would have happened at another stays unknown.
//
// Shoppers, items and their four hidden quantities depend on the seed alone, so that two laws with one seed differ in
// the shape of demand and in nothing else. There is no hidden taste: all that is true can be learned from the columns,
// and the distance to the oracle is the learner's own.

import Domain
import Glibc

/// Shoppers, items and true demand: a pure function of a law and a seed.
public struct KnownWorld: Sendable {
    public let law: DemandLaw
    public let seed: UInt64

    private let intercept: Surface
    private let slope: Surface
    private let threshold: Surface
    private let wanting: Surface

    /// How many shoppers and items there are unless somebody asks for others. The truth about a number does not depend
    /// on how many there are.
    public static let shopperCount = 20_000
    public static let itemCount = 60

    public init(law: DemandLaw, seed: UInt64) {
        self.law = law
        self.seed = seed
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
    }

    public func shopper(_ number: UInt64) -> Shopper { Shopper(number, seed: seed) }

    public func item(_ number: UInt64) -> Item { Item(number, seed: seed) }

    /// What a shopper would do before an item at a moment, at every price.
    public func demand(_ shopper: Shopper, _ item: Item, _ moment: Moment) -> Demand {
        let row = Features(shopper, item, moment)
        // ln b is nearly normal; b is 4.5 on average.
        let spread = 0.65
        return Demand(
            law: law,
            intercept: -0.8 + 1.1 * intercept.value(at: row),
            slope: min(max(exp(log(4.5) - spread * spread / 2 + spread * slope.value(at: row)), 0.8), 14),
            threshold: min(max(-0.03 + 0.085 * threshold.value(at: row), -0.2), 0.15),
            wanting: logistic(0.7 + wanting.value(at: row)))
    }

    /// The same, by numbers.
    public func demand(shopper: UInt64, item: UInt64, _ moment: Moment) -> Demand {
        demand(self.shopper(shopper), self.item(item), moment)
    }
}
