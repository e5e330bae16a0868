// The score of prices where stock is scarce: the same marks, computed with the shelf. Everything is an expectation, none
// of it simulated.

#if canImport(Glibc)
    import Glibc
#endif

/// A cycle and a proposed price for each of its shoppers.
public struct PricedCycle: Sendable {
    public var cycle: StockedCycle
    /// For each occasion; positive.
    public var prices: [Double]

    public init(_ cycle: StockedCycle, prices: [Double]) {
        precondition(prices.count == cycle.occasions.count, "a price for each shopper")
        self.cycle = cycle
        self.prices = prices
    }

    fileprivate var logRatios: [Double] {
        zip(prices, cycle.occasions).map { log($0 / $1.referencePrice) }
    }
}

/// How much of the stock prices are expected to sell.
public struct StockSales: Equatable, Sendable {
    public var units: Int
    public var sold: Double
    /// What the prices would sell if no shelf ran empty.
    public var wanted: Double
}

extension PriceScore {
    /// Profits are over the salvage value of all stock. The uniform price is one for all items.
    /// - Precondition: there are prices.
    /// - Complexity: about 50 · shoppers · stock, item by item, and a grid of prices for each shopper.
    public static func ofStocked(
        _ cycles: [PricedCycle], within grid: PriceGrid, tolerance: Double
    ) -> (score: PriceScore, sales: StockSales) {
        let proposals = cycles.flatMap { priced in
            zip(priced.cycle.occasions, priced.prices).map { ProposedPrice(occasion: $0, price: $1) }
        }
        func profit(uniform x: Double) -> Double {
            cycles.reduce(0) { sum, priced in
                sum + priced.cycle.expectation(atLogRatios: priced.cycle.occasions.map { _ in x }).profit
            }
        }
        let uniform = grid.coarseSummit(profit(uniform:))
        var score = PriceScore(counting: proposals, within: grid, tolerance: tolerance)
        score.referenceProfit = profit(uniform: 0)
        score.uniformProfit = uniform.profit
        score.uniformRatio = exp(uniform.logRatio)
        var sales = StockSales(units: 0, sold: 0, wanted: 0)
        let fine = PriceGrid(grid.ratios, cells: 800)
        for priced in cycles {
            let expected = priced.cycle.expectation(atLogRatios: priced.logRatios)
            score.proposedProfit += expected.profit
            score.oracleProfit += priced.cycle.oracleProfit(within: fine)
            sales.units += priced.cycle.stock
            sales.sold += expected.sales
        }
        sales.wanted = proposals.reduce(0) {
            $0 + $1.occasion.demand.probability(atLogRatio: log($1.price / $1.occasion.referencePrice))
        }
        return (score, sales)
    }
}

extension PriceGrid {
    /// The summit of a function that is dear to compute: every eighth price, then all around the highest.
    fileprivate func coarseSummit(_ value: (Double) -> Double) -> (logRatio: Double, profit: Double) {
        let stride = 8
        func best(_ places: some Sequence<Int>) -> (place: Int, profit: Double) {
            var best = (place: 0, profit: -Double.infinity)
            for place in places {
                let profit = value(logRatios[place])
                if profit > best.profit { best = (place, profit) }
            }
            return best
        }
        let last = logRatios.count - 1
        let coarse = best(Array(Swift.stride(from: 0, to: last, by: stride)) + [last]).place
        let found = best(max(0, coarse - stride)...min(last, coarse + stride))
        return (logRatios[found.place], found.profit)
    }
}
