// What prices earn when the shelf can run empty, exactly. One item, one cycle, shoppers in the order in which they come:
// with v(s) expected of those still to come when s units are left,
//
//     v(s) ← v(s) + P·(p − c − Δ(s)),    Δ(s) = v(s) − v(s − 1),
//
// from the last shopper back to the first (Gallego and van Ryzin, 1994, in discrete time). Δ is what the last unit on the
// shelf is worth to those still to come; c is what it is worth to nobody, its salvage value.
//
// The oracle maximises over p in each state. It knows the law, every shopper who will come and their order, and not how
// the dice of each purchase will fall. No policy that does not see the dice earns more in expectation. The fluid bound
// (sales in expectation within the stock) is higher, and nobody attains it; it was rejected as the mark.

#if canImport(Glibc)
    import Glibc
#endif

/// The shoppers of one item between two replenishments.
public struct StockedCycle: Sendable {
    /// Units at the beginning.
    public var stock: Int
    /// In the order of their coming. Their `unitCost` is what a unit is worth that stays.
    public var occasions: [Occasion]

    /// - Precondition: stock is not negative.
    public init(stock: Int, occasions: [Occasion]) {
        precondition(stock >= 0, "units are counted")
        self.stock = stock
        self.occasions = occasions
    }

    /// More cannot be sold.
    private var mostSales: Int { min(stock, occasions.count) }

    /// Expected of one price for each shopper, whatever was sold before: profit over the salvage of all stock, and units
    /// sold. Who finds the shelf empty buys nothing.
    /// - Parameter logRatios: ln(p/reference); (occasions,).
    /// - Complexity: O(occasions · stock).
    public func expectation(atLogRatios logRatios: [Double]) -> (profit: Double, sales: Double) {
        precondition(logRatios.count == occasions.count, "a price for each shopper")
        guard stock < occasions.count else {
            return zip(occasions, logRatios).reduce((0, 0)) { sum, next in
                (sum.0 + next.0.profit(atLogRatio: next.1), sum.1 + next.0.demand.probability(atLogRatio: next.1))
            }
        }
        var profits = [Double](repeating: 0, count: mostSales + 1)
        var sales = profits
        for (occasion, x) in zip(occasions, logRatios).reversed() {
            let chance = occasion.demand.probability(atLogRatio: x)
            let margin = occasion.referencePrice * exp(x) - occasion.unitCost
            for units in stride(from: mostSales, to: 0, by: -1) {
                profits[units] += chance * (margin - profits[units] + profits[units - 1])
                sales[units] += chance * (1 - sales[units] + sales[units - 1])
            }
        }
        return (profits[mostSales], sales[mostSales])
    }

    /// The most that can be expected, over prices on a grid.
    /// - Complexity: O(occasions · (stock + grid)).
    public func oracleProfit(within grid: PriceGrid) -> Double {
        guard stock < occasions.count else {
            return occasions.reduce(0) { $0 + $1.best(within: grid).profit }
        }
        var value = [Double](repeating: 0, count: mostSales + 1)
        for occasion in occasions.reversed() {
            let chances = grid.logRatios.map { occasion.demand.probability(atLogRatio: $0) }
            let margins = grid.logRatios.map { occasion.referencePrice * exp($0) - occasion.unitCost }
            // The more units, the less the last one is worth, and the lower the best price: one walk down the grid for
            // all states.
            var place = margins.count - 1
            var earlier = 0.0
            for units in value.indices.dropFirst() {
                let last = value[units] - earlier
                func gain(_ place: Int) -> Double { chances[place] * (margins[place] - last) }
                while place > 0, gain(place - 1) >= gain(place) { place -= 1 }
                earlier = value[units]
                value[units] += gain(place)
            }
        }
        return value[mostSales]
    }
}
