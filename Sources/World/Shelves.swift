// Stock, in cycles of a week: each Monday what is left is cleared at its salvage value and the shelf is filled to its
// level again, so that no cycle hangs on the one before. A sale needs a unit; who finds the shelf empty leaves.

import Domain

extension KnownWorld {
    /// Units of an item on the shelf at the beginning of a cycle: for 10 to 60 % of those who come, when 30 to 50 % would
    /// buy. At least one.
    /// - Parameter arrivals: shoppers who come before the item in a cycle, on average.
    public func stockLevel(item number: UInt64, arrivals: Double) -> Int {
        var draws = Draws(seed: seed, "stock", number)
        return max(1, Int(min((0.1 + 0.5 * draws.fraction()) * arrivals, 1e9).rounded()))
    }

    /// What a unit is worth that nobody bought: half to all of what it cost.
    public func salvageValue(item number: UInt64) -> Money {
        var draws = Draws(seed: seed, "salvage", number)
        return Money(minorUnits: Int64((item(number).unitCost.real * (0.5 + 0.5 * draws.fraction())).rounded()))
    }
}

/// What is on hand of each item.
public struct Shelves: Sendable {
    private let levels: [Int]
    /// Units, and the week they were counted in.
    private var onHand: [(units: Int, week: Int64)]

    /// - Parameters:
    ///   - arrivals: shoppers who come before an item in a cycle, on average.
    public init(_ world: KnownWorld, items: Int, arrivals: Double) {
        levels = (0..<items).map { world.stockLevel(item: UInt64($0), arrivals: arrivals) }
        onHand = levels.map { ($0, .min) }
    }

    public func level(item: Int) -> Int { levels[item] }

    /// - Precondition: times do not descend.
    public mutating func units(item: Int, at time: Timestamp) -> Int {
        if onHand[item].week != time.week { onHand[item] = (levels[item], time.week) }
        return onHand[item].units
    }

    /// Sells one.
    /// - Precondition: there is one.
    public mutating func take(item: Int, at time: Timestamp) {
        let units = units(item: item, at: time)
        precondition(units > 0, "nothing is sold from an empty shelf")
        onHand[item].units = units - 1
    }
}
