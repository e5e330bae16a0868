import Foundation
import Testing
import World

@Suite struct PriceScoreTests {
    private static let grid = PriceGrid(0.8...1.1)

    /// Prices for questions of a world, by what somebody believes about it.
    private func score(
        _ world: KnownWorld, rows: Int = 2_000, price: (Occasion) -> Double
    ) -> PriceScore {
        let proposals = world.questions(rows).map { question in
            let occasion = world.occasion(question)
            return ProposedPrice(occasion: occasion, price: price(occasion))
        }
        return PriceScore(proposals, within: Self.grid, tolerance: 1e-6)
    }

    private func best(_ occasion: Occasion) -> Double {
        occasion.referencePrice * exp(occasion.best(within: Self.grid).logRatio)
    }

    @Test(arguments: WorldCase.all)
    func noPriceBeatsTheOracle(_ world: WorldCase) {
        let known = world.world
        // Prices that are not on the oracle's own grid.
        let ratios = stride(from: 0.8, through: 1.1, by: 0.000_37)
        for question in known.questions(60) {
            let occasion = known.occasion(question)
            let best = occasion.best(within: Self.grid)
            #expect((log(0.8) - 1e-12...log(1.1) + 1e-12).contains(best.logRatio))
            #expect(abs(occasion.profit(atLogRatio: best.logRatio) - best.profit) < 1e-9)
            let highest = ratios.map { occasion.profit(at: occasion.referencePrice * $0) }.max() ?? 0
            #expect(highest <= best.profit + 1e-9 * abs(best.profit))
        }
    }

    @Test(arguments: WorldCase.all)
    func knowingTheShopperIsWorthFourPercentOrMore(_ world: WorldCase) {
        let score = score(world.world) { $0.referencePrice }
        #expect(score.oracleProfit >= 1.04 * score.uniformProfit)
        #expect(score.uniformProfit >= score.referenceProfit * (1 - 1e-9))
        #expect(score.proposedProfit == score.referenceProfit)
        #expect(Self.grid.ratios.contains(score.uniformRatio))
    }

    @Test(arguments: DemandLaw.allCases)
    func theOracleScoresOneAndTheBestUniformPriceZero(_ law: DemandLaw) {
        let world = KnownWorld(law: law, seed: 4)
        #expect(abs(score(world, price: best).share - 1) < 1e-9)
        let uniform = score(world) { $0.referencePrice }.uniformRatio
        #expect(abs(score(world) { $0.referencePrice * uniform }.share) < 1e-9)
        // No other single ratio does better.
        for ratio in stride(from: 0.8, through: 1.1, by: 0.005) {
            #expect(score(world, rows: 300) { $0.referencePrice * ratio }.share < 1e-9)
        }
    }

    /// A scorer that cannot tell worlds apart would praise anything.
    @Test(arguments: DemandLaw.allCases)
    func theBestPricesOfAnotherSeedScoreClearlyWorse(_ law: DemandLaw) {
        let (truth, other) = (KnownWorld(law: law, seed: 1), KnownWorld(law: law, seed: 2))
        let proposals = truth.questions(2_000).map { question in
            var believed = truth.occasion(question)
            believed.demand = other.demand(
                shopper: question.shopperNumber, item: question.itemNumber, question.moment, at: question.time)
            return ProposedPrice(occasion: truth.occasion(question), price: best(believed))
        }
        #expect(PriceScore(proposals, within: Self.grid, tolerance: 1e-6).share < 0.3)
    }

    @Test(arguments: DemandLaw.allCases)
    func knowingMoreEarnsMore(_ law: DemandLaw) {
        let world = KnownWorld(law: law, seed: 5)
        // A price half-way between the best one and the best for all.
        let uniform = score(world) { $0.referencePrice }.uniformRatio
        let halfWay = score(world) { (best($0) + uniform * $0.referencePrice) / 2 }
        #expect(halfWay.share < 1 && halfWay.share > (law == .thresholds ? -1 : 0.3))
    }

    @Test func pricesOutsideTheBoundsAreCounted() {
        let world = KnownWorld(law: .logit, seed: 1)
        #expect(score(world, rows: 50) { $0.referencePrice * 1.1 }.outside == 0)
        #expect(score(world, rows: 50) { $0.referencePrice * 1.11 }.outside == 50)
        #expect(score(world, rows: 50) { $0.referencePrice * 0.79 }.outside == 50)
    }

    @Test func intervalsAroundTheTruthCoverItAndOthersDoNot() throws {
        let world = KnownWorld(law: .logit, seed: 1)
        func coverage(_ claim: (Int, Double) -> ClosedRange<Double>?) -> PriceScore.Coverage? {
            let proposals = world.questions(400).enumerated().map { index, question in
                let occasion = world.occasion(question)
                let truth = occasion.demand.elasticity(atLogRatio: 0)
                return ProposedPrice(
                    occasion: occasion, price: occasion.referencePrice, elasticity: claim(index, truth))
            }
            return PriceScore(proposals, within: Self.grid, tolerance: 1e-6).coverage
        }
        let right = try #require(coverage { _, truth in truth - 0.5...truth + 0.25 })
        #expect(right.share == 1 && right.rows == 400 && abs(right.meanWidth - 0.75) < 1e-9)
        #expect(coverage { _, truth in truth + 0.1...truth + 1 }?.share == 0)
        #expect(coverage { index, truth in index % 4 == 0 ? truth + 1...truth + 2 : 0...truth + 1 }?.share == 0.75)
        #expect(coverage { _, _ in nil } == nil)
    }
}
