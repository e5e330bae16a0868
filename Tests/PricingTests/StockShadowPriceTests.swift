// The shadow price against its definition, complementary slackness, and against the best pair of prices that a grid
// finds for two shoppers and less stock than they want.

import Domain
import Glibc
import Pricing
import Testing

@Suite struct StockShadowPriceTests {
    /// One item's shoppers: the same cost and bounds, demand of their own, with knots and saturation.
    private static func sample(_ lottery: inout Lottery, count: Int = 30) throws -> [ExpectedArrival] {
        let reference = lottery.real(50...5_000)
        let cost = reference * lottery.real(0.3...0.8)
        let shape = try #require(PriceShape(knots: [0], gradients: [1, lottery.real(1...2.5)]))
        return (0..<count).map { _ in
            ExpectedArrival(
                curve: DemandCurve(
                    intercept: lottery.real(-2...2), slope: lottery.real(1...9), reference: reference, centre: 0,
                    shape: shape, saturation: lottery.real(0.5...1),
                    choices: lottery.real(0...1) < 0.5 ? nil : 0.9...1.2),
                unitCost: cost, bounds: (0.8 * reference)...(1.4 * reference), weight: lottery.real(0.2...1))
        }
    }

    /// Units asked for at the best prices for a shadow price, by the definition.
    private static func demand(_ sample: [ExpectedArrival], arrivals: Double, at shadowPrice: Double) -> Double {
        let all = sample.reduce(0) { $0 + $1.weight }
        return sample.reduce(0) { sum, arrival in
            let price = OptimalPrice.solve(
                arrival.curve, .profit, unitCost: arrival.unitCost + shadowPrice, within: range(of: arrival))
            return sum + arrivals * arrival.weight / all * arrival.curve.probability(at: price)
        }
    }

    /// The prices that may be asked, and that the curve may choose.
    private static func range(of arrival: ExpectedArrival) -> ClosedRange<Double> {
        let reference = arrival.curve.reference
        let choices = arrival.curve.choices.map { reference * $0.lowerBound...reference * $0.upperBound }
        return choices?.clamped(to: arrival.bounds) ?? arrival.bounds
    }

    /// The law: 0 where stock is ample; else what sells the stock, or the highest prices where even they sell more.
    private static func holds(
        _ shadowPrice: Double, _ sample: [ExpectedArrival], arrivals: Double, stock: Double
    ) -> Bool {
        let rounding = 1e-5 * arrivals
        let demanded = demand(sample, arrivals: arrivals, at: shadowPrice)
        if shadowPrice == 0 { return demanded <= stock + rounding }
        let least = demand(sample, arrivals: arrivals, at: 1e12)
        return abs(demanded - max(stock, least)) <= rounding
    }

    @Test func itSellsWhatThereIsAndIsNothingWhereThereIsEnough() throws {
        var lottery = Lottery(seed: 21)
        var (binding, ample) = (0, 0)
        for _ in 0..<300 {
            let sample = try Self.sample(&lottery)
            let arrivals = lottery.real(1...500)
            let stock = arrivals * lottery.real(0...0.8)
            let solved = try #require(StockShadowPrice(sample: sample, arrivals: arrivals, stock: stock))
            #expect(solved.shadowPrice >= 0)
            #expect(Self.holds(solved.shadowPrice, sample, arrivals: arrivals, stock: stock))
            #expect(
                abs(solved.expectedDemand - Self.demand(sample, arrivals: arrivals, at: solved.shadowPrice))
                    <= 1e-9 * arrivals)
            if solved.shadowPrice > 0 { binding += 1 } else { ample += 1 }
        }
        #expect(binding > 50 && ample > 50)
    }

    @Test func aShadowPriceThatIsATenthOffBreaksTheLaw() throws {
        var lottery = Lottery(seed: 22)
        var caught = 0
        var tried = 0
        for _ in 0..<100 {
            let sample = try Self.sample(&lottery)
            let least = Self.demand(sample, arrivals: 100, at: 1e12)
            let most = Self.demand(sample, arrivals: 100, at: 0)
            let solved = try #require(
                StockShadowPrice(sample: sample, arrivals: 100, stock: least + 0.5 * (most - least)))
            for factor in [0.9, 1.1] {
                tried += 1
                let wrong = factor * solved.shadowPrice
                if !Self.holds(wrong, sample, arrivals: 100, stock: least + 0.5 * (most - least)) { caught += 1 }
            }
        }
        #expect(caught > tried * 9 / 10)
    }

    @Test func theLessThereIsTheMoreAUnitIsWorth() throws {
        var lottery = Lottery(seed: 23)
        for _ in 0..<50 {
            let sample = try Self.sample(&lottery)
            let worths = try (0...20).map { step in
                try #require(StockShadowPrice(sample: sample, arrivals: 100, stock: Double(step) * 5)).shadowPrice
            }
            #expect(zip(worths, worths.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(worths[0] > 0 && worths[20] == 0)
        }
    }

    @Test func moreShoppersForTheSameStockMakeAUnitWorthMore() throws {
        var lottery = Lottery(seed: 24)
        let sample = try Self.sample(&lottery)
        let worths = try [0.0, 10, 50, 100, 200, 400, 1e6].map { arrivals in
            try #require(StockShadowPrice(sample: sample, arrivals: arrivals, stock: 40)).shadowPrice
        }
        #expect(worths[0] == 0 && worths[1] == 0 && worths[6] > 0)
        #expect(zip(worths, worths.dropFirst()).allSatisfy { $0 <= $1 })
    }

    /// λ is the gradient of the profit: what one unit more would add.
    @Test func oneUnitMoreEarnsTheShadowPriceMore() throws {
        var lottery = Lottery(seed: 25)
        for _ in 0..<50 {
            let sample = try Self.sample(&lottery)
            let least = Self.demand(sample, arrivals: 1_000, at: 1e12)
            let most = Self.demand(sample, arrivals: 1_000, at: 0)
            let stock = least + 0.5 * (most - least)
            func solved(_ stock: Double) throws -> StockShadowPrice {
                try #require(StockShadowPrice(sample: sample, arrivals: 1_000, stock: stock))
            }
            let step = 0.01 * (most - least)
            let gradient =
                try (solved(stock + step).expectedProfit - solved(stock - step).expectedProfit) / (2 * step)
            let worth = try solved(stock).shadowPrice
            #expect(abs(gradient - worth) < 0.02 * worth)
        }
    }

    @Test func noPairOfPricesForTwoShoppersEarnsMoreFromTheSameStock() throws {
        var lottery = Lottery(seed: 26)
        for _ in 0..<20 {
            let sample = try Self.sample(&lottery, count: 2)
            let least = Self.demand(sample, arrivals: 2, at: 1e12)
            let most = Self.demand(sample, arrivals: 2, at: 0)
            let stock = least + 0.4 * (most - least)
            let solved = try #require(StockShadowPrice(sample: sample, arrivals: 2, stock: stock))
            let all = sample.reduce(0) { $0 + $1.weight }
            let options = sample.map { arrival in
                let range = Self.range(of: arrival)
                return (0...400).map { step in
                    let price = range.lowerBound * pow(range.upperBound / range.lowerBound, Double(step) / 400)
                    let chance = 2 * arrival.weight / all * arrival.curve.probability(at: price)
                    return (chance: chance, profit: chance * (price - arrival.unitCost))
                }
            }
            var best = 0.0
            for first in options[0] {
                for second in options[1] where first.chance + second.chance <= stock {
                    best = max(best, first.profit + second.profit)
                }
            }
            #expect(solved.expectedProfit >= best * (1 - 1e-9))
            #expect(solved.expectedProfit <= best * 1.01, "the grid comes near")
        }
    }

    @Test func withNothingToSellEveryPriceIsTheHighestAndNothingIsEarned() throws {
        var lottery = Lottery(seed: 27)
        let sample = try Self.sample(&lottery)
        let solved = try #require(StockShadowPrice(sample: sample, arrivals: 100, stock: 0))
        #expect(abs(solved.shadowPrice - (sample[0].bounds.upperBound - sample[0].unitCost)) < 1e-9)
        #expect(solved.expectedProfit == 0)
        #expect(solved.expectedDemand > 0, "as far as bounds allow, they still ask")
    }

    @Test func whereNobodyComesOrEveryUnitLosesTheShadowPriceIsZero() throws {
        var lottery = Lottery(seed: 28)
        let sample = try Self.sample(&lottery)
        #expect(StockShadowPrice(sample: [], arrivals: 0, stock: 0)?.shadowPrice == 0)
        #expect(StockShadowPrice(sample: sample, arrivals: 0, stock: 0)?.shadowPrice == 0)
        let losing = sample.map { arrival in
            var arrival = arrival
            arrival.unitCost = 2 * arrival.bounds.upperBound
            return arrival
        }
        #expect(StockShadowPrice(sample: losing, arrivals: 100, stock: 1)?.shadowPrice == 0)
    }

    @Test func numbersThatAreNoneAreRefused() throws {
        var lottery = Lottery(seed: 29)
        let sample = try Self.sample(&lottery)
        #expect(StockShadowPrice(sample: sample, arrivals: 100, stock: 10) != nil)
        #expect(StockShadowPrice(sample: [], arrivals: 100, stock: 10) == nil)
        for bad in [Double.nan, .infinity, -1] {
            #expect(StockShadowPrice(sample: sample, arrivals: bad, stock: 10) == nil)
            #expect(StockShadowPrice(sample: sample, arrivals: 100, stock: bad) == nil)
            var costly = sample
            costly[3].unitCost = bad
            #expect(StockShadowPrice(sample: costly, arrivals: 100, stock: 10) == nil)
            var steep = sample
            steep[3].curve.slope = bad
            #expect(StockShadowPrice(sample: steep, arrivals: 100, stock: 10) == nil)
        }
        for bounds in [0...1.0, -1...1, 1...Double.infinity] {
            var unbounded = sample
            unbounded[0].bounds = bounds
            #expect(StockShadowPrice(sample: unbounded, arrivals: 100, stock: 10) == nil)
        }
    }
}
