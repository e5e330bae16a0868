// The recursion against what it replaces: all policies of a tiny instance, dice thrown many times, and bounds from
// theory.

import Domain
import Foundation
import Pricing
import Testing
import World

@Suite struct StockedCycleTests {
    private static let grid = PriceGrid(0.8...1.1, cells: 800)

    /// An item's shoppers in a world with everything, and stock for a share of them.
    private static func cycle(
        _ law: DemandLaw = .logit, seed: UInt64, shoppers: Int = 60, stock share: Double
    ) -> StockedCycle {
        let known = KnownWorld(law: law, seed: seed, Surroundings(competitors: 2, hasSeasons: true, hasStock: true))
        var occasions: [Occasion] = []
        known.questions(rows: shoppers, items: 1) { question in
            var occasion = known.occasion(question)
            occasion.unitCost = known.salvageValue(item: 0).real
            occasions.append(occasion)
        }
        return StockedCycle(stock: Int((share * Double(shoppers)).rounded()), occasions: occasions)
    }

    /// The best prices for a unit that costs `shadowPrice` more, whatever is left.
    private static func prices(_ cycle: StockedCycle, shadowPrice: Double) -> [Double] {
        cycle.occasions.map { occasion in
            var dearer = occasion
            dearer.unitCost += shadowPrice
            return dearer.best(within: grid).logRatio
        }
    }

    /// What the learner's solver says when it is given the truth. Logit worlds only: their demand is a `DemandCurve`.
    private static func solved(_ cycle: StockedCycle) throws -> StockShadowPrice {
        let sample = cycle.occasions.map { occasion in
            let reference = occasion.referencePrice
            return ExpectedArrival(
                curve: DemandCurve(
                    intercept: occasion.demand.intercept, slope: occasion.demand.slope, reference: reference, centre: 0),
                unitCost: occasion.unitCost, bounds: (0.8 * reference)...(1.1 * reference))
        }
        return try #require(
            StockShadowPrice(sample: sample, arrivals: Double(sample.count), stock: Double(cycle.stock)))
    }

    @Test func ofThreeShoppersAndOneUnitNoListOfPricesBeatsTheOracle() {
        let coarse = PriceGrid(0.8...1.1, cells: 12)
        for seed in 1...10 as ClosedRange<UInt64> {
            let cycle = Self.cycle(seed: seed, shoppers: 3, stock: 0.33)
            #expect(cycle.stock == 1)
            var best = -Double.infinity
            for first in coarse.logRatios {
                for second in coarse.logRatios {
                    for third in coarse.logRatios {
                        best = max(best, cycle.expectation(atLogRatios: [first, second, third]).profit)
                    }
                }
            }
            // While one unit is left, nothing was sold: a list of prices is a policy, and all of them are there.
            #expect(abs(cycle.oracleProfit(within: coarse) - best) < 1e-9 * best)
        }
    }

    /// With two units the price of the second shopper may depend on the first, and so on: every such policy, tried.
    @Test func ofThreeShoppersAndTwoUnitsNoPolicyBeatsTheOracle() {
        let coarse = PriceGrid(0.8...1.1, cells: 8)
        for seed in 1...10 as ClosedRange<UInt64> {
            let cycle = Self.cycle(seed: seed, shoppers: 3, stock: 0.67)
            #expect(cycle.stock == 2)
            func step(_ shopper: Int, _ x: Double, sold: Double, kept: Double) -> Double {
                let occasion = cycle.occasions[shopper]
                let chance = occasion.demand.probability(atLogRatio: x)
                return chance * (occasion.referencePrice * exp(x) - occasion.unitCost + sold) + (1 - chance) * kept
            }
            func highest(_ value: (Double) -> Double) -> Double { coarse.logRatios.map(value).max() ?? 0 }
            let lastSale = highest { step(2, $0, sold: 0, kept: 0) }
            let afterASale = highest { step(1, $0, sold: 0, kept: lastSale) }
            let afterNone = highest { step(1, $0, sold: lastSale, kept: lastSale) }
            let best = highest { step(0, $0, sold: afterASale, kept: afterNone) }
            #expect(abs(cycle.oracleProfit(within: coarse) - best) < 1e-9 * best)
        }
    }

    @Test func theExpectationIsTheMeanOfManyThrows() {
        for share in [0.1, 0.3] {
            let cycle = Self.cycle(seed: 3, stock: share)
            let prices = Self.prices(cycle, shadowPrice: 0)
            let expected = cycle.expectation(atLogRatios: prices)
            var draws = Draws(seed: 1, "throws")
            let throwsCount = 4_000
            var (profits, squares, sales) = (0.0, 0.0, 0)
            for _ in 0..<throwsCount {
                var (profit, left) = (0.0, cycle.stock)
                for (occasion, x) in zip(cycle.occasions, prices) where left > 0 {
                    guard draws.fraction() < occasion.demand.probability(atLogRatio: x) else { continue }
                    profit += occasion.referencePrice * exp(x) - occasion.unitCost
                    left -= 1
                }
                #expect(left >= 0)
                profits += profit
                squares += profit * profit
                sales += cycle.stock - left
            }
            let mean = profits / Double(throwsCount)
            let error = ((squares / Double(throwsCount) - mean * mean) / Double(throwsCount)).squareRoot()
            #expect(abs(mean - expected.profit) < 4 * error)
            #expect(abs(Double(sales) / Double(throwsCount) - expected.sales) < 0.2)
            #expect(expected.sales <= Double(cycle.stock))
        }
    }

    @Test(arguments: WorldCase.all)
    func noPricesBeatTheOracleAndTheFluidBoundIsAboveIt(_ world: WorldCase) {
        for share in [0, 0.1, 0.25, 0.5] {
            let cycle = Self.cycle(world.law, seed: world.seed, stock: share)
            let oracle = cycle.oracleProfit(within: Self.grid)
            var tried: [[Double]] = [-0.2, 0, 0.05, 0.095].map { x in cycle.occasions.map { _ in x } }
            var bound = Double.infinity
            for step in 0...20 {
                let shadowPrice = cycle.occasions[0].referencePrice * 0.03 * Double(step)
                let prices = Self.prices(cycle, shadowPrice: shadowPrice)
                tried.append(prices)
                let relaxed = zip(cycle.occasions, prices).reduce(shadowPrice * Double(cycle.stock)) { sum, next in
                    sum
                        + max(
                            0,
                            next.0.profit(atLogRatio: next.1)
                                - shadowPrice * next.0.demand.probability(atLogRatio: next.1))
                }
                bound = min(bound, relaxed)
            }
            let best = tried.map { cycle.expectation(atLogRatios: $0).profit }.max() ?? 0
            // The grid's cells cost it as much.
            #expect(best <= oracle * (1 + 1e-4) + 1e-9)
            #expect(oracle <= bound * (1 + 1e-9) + 1e-9)
            #expect(best >= 0.8 * oracle, "an oracle that nobody comes near is none")
        }
    }

    @Test(arguments: DemandLaw.allCases)
    func everyFurtherUnitIsWorthSomethingAndLessThanTheOneBefore(_ law: DemandLaw) {
        var values: [Double] = []
        for units in 0...61 {
            var cycle = Self.cycle(law, seed: 2, stock: 0)
            cycle.stock = units
            values.append(cycle.oracleProfit(within: Self.grid))
        }
        #expect(values[0] == 0)
        let worths = zip(values.dropFirst(), values).map { $0 - $1 }
        // The last step is from a grid of prices to the very best ones.
        #expect(worths.allSatisfy { $0 >= -1e-9 })
        #expect(zip(worths, worths.dropFirst()).dropLast(3).allSatisfy { $0 >= $1 - 1e-9 * values[61] })
        #expect(worths[0] > 10 * worths[50])
    }

    @Test func withAmpleStockTheScoreIsTheOneWithoutStock() {
        let known = KnownWorld(law: .logit, seed: 3)
        let occasions = known.questions(400).map(known.occasion)
        let prices = occasions.map { 0.97 * $0.referencePrice }
        let grid = PriceGrid(0.8...1.1)
        let plain = PriceScore(
            zip(occasions, prices).map { ProposedPrice(occasion: $0, price: $1) }, within: grid, tolerance: 0)
        let cycles = [0..<150, 150..<400].map { range in
            PricedCycle(
                StockedCycle(stock: range.count, occasions: Array(occasions[range])), prices: Array(prices[range]))
        }
        let (score, sales) = PriceScore.ofStocked(cycles, within: grid, tolerance: 0)
        #expect(abs(score.oracleProfit / plain.oracleProfit - 1) < 1e-6)
        #expect(abs(score.uniformProfit / plain.uniformProfit - 1) < 1e-5)
        #expect(abs(score.proposedProfit / plain.proposedProfit - 1) < 1e-9)
        #expect(abs(score.share - plain.share) < 1e-3)
        #expect(abs(sales.sold - sales.wanted) < 1e-9)
    }

    /// The learner's solver, given the truth, in worlds where stock is scarce and where it is not.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func theShadowPriceEarnsMoreWhereStockIsScarceAndIsNothingWhereItIsNot(_ seed: UInt64) throws {
        for share in [0.1, 0.2, 0.3] {
            let cycle = Self.cycle(seed: seed, shoppers: 150, stock: share)
            let without = cycle.expectation(atLogRatios: Self.prices(cycle, shadowPrice: 0))
            let solved = try Self.solved(cycle)
            let with = cycle.expectation(atLogRatios: Self.prices(cycle, shadowPrice: solved.shadowPrice))
            #expect(with.profit >= without.profit * (1 - 1e-9))
            #expect(with.profit >= 0.9 * cycle.oracleProfit(within: Self.grid))
            if share == 0.1 { #expect(solved.shadowPrice > 0 && with.profit > 1.01 * without.profit) }
        }
        #expect(try Self.solved(Self.cycle(seed: seed, shoppers: 150, stock: 0.99)).shadowPrice == 0)
    }
}
