import Foundation
import Testing
import World

@Suite struct DemandTests {
    private static func demand(_ law: DemandLaw, slope: Double = 4) -> Demand {
        Demand(law: law, intercept: -0.5, slope: slope, threshold: -0.04, wanting: 0.7)
    }

    @Test(arguments: WorldCase.all)
    func aHigherPriceNeverSellsMore(_ world: WorldCase) {
        let known = world.world
        for question in known.questions(200) {
            let demand = known.demand(question)
            let chances = stride(from: -0.5, through: 0.5, by: 0.01).map { demand.probability(atLogRatio: $0) }
            #expect(chances.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(chances[0] > chances[chances.count - 1])
        }
    }

    @Test func eachLawHasTheShapeOfItsFormula() {
        let x = log(1.05)
        let odds = { (chance: Double) in log(chance / (1 - chance)) }
        #expect(abs(odds(Self.demand(.logit).probability(atLogRatio: x)) - (-0.5 - 4 * x)) < 1e-9)
        #expect(abs(odds(Self.demand(.linearLogit).probability(atLogRatio: x)) - (-0.5 - 4 * 0.05)) < 1e-9)
        #expect(abs(odds(Self.demand(.reference).probability(atLogRatio: x)) - (-0.5 - 9 * x)) < 1e-9)
        #expect(abs(odds(Self.demand(.reference).probability(atLogRatio: -x)) - (-0.5 + 4 * x)) < 1e-9)
        // Φ(−1) and Φ(1), from a table.
        let probit = Demand(law: .probit, intercept: -1.7, slope: 3.4, threshold: 0, wanting: 1)
        #expect(abs(probit.probability(atLogRatio: 0) - 0.158655254) < 1e-8)
        #expect(abs(probit.probability(atLogRatio: -1) - 0.841344746) < 1e-8)
    }

    @Test func constantElasticityIsConstantUntilNearlyEverybodyBuys() {
        let demand = Self.demand(.logLinear, slope: 3)
        for x in [-0.2, -0.1, 0, 0.1] { #expect(abs(demand.elasticity(atLogRatio: x) - 3) < 1e-9) }
        #expect(demand.probability(atLogRatio: -1) == Demand.ceiling)
        #expect(demand.elasticity(atLogRatio: -1) == 0)
    }

    @Test func poissonDemandIsTheChanceOfWantingAtLeastOne() {
        let demand = Self.demand(.poisson, slope: 3)
        let wanted = { (x: Double) in -log1p(-demand.probability(atLogRatio: x)) }
        for x in [-0.5, -0.2, 0.1, 0.4] { #expect(abs(log(wanted(x) / wanted(0)) + 3 * x) < 1e-9) }
        #expect(abs(demand.probability(atLogRatio: 0) - 1 / (1 + exp(0.5))) < 1e-12)
        // Where hardly anybody buys, that is constant elasticity, and where everybody does, none.
        #expect(abs(demand.elasticity(atLogRatio: 2) - 3) < 0.01)
        #expect(demand.elasticity(atLogRatio: -1) < 0.01)
    }

    @Test func elasticityOfALogitIsTheSlopeTimesTheChanceOfNotBuying() {
        let demand = Self.demand(.logit)
        for x in [-0.2, 0, 0.1] {
            let exact = 4 * (1 - demand.probability(atLogRatio: x))
            #expect(abs(demand.elasticity(atLogRatio: x) - exact) < 1e-3)
        }
    }

    @Test func aThresholdIsAnEdgeAndNothingElseMatters() {
        let demand = Self.demand(.thresholds)
        let below = demand.probability(atLogRatio: demand.threshold - 0.05)
        #expect(abs(below - 0.7) < 1e-3)
        #expect(abs(demand.probability(atLogRatio: demand.threshold - 0.5) - below) < 1e-3)
        #expect(abs(demand.probability(atLogRatio: demand.threshold) - 0.35) < 1e-9)
        #expect(demand.probability(atLogRatio: demand.threshold + 0.05) < 1e-3)
        // The best price is just below the edge, however much the item is wanted.
        let best = Occasion(demand: demand, referencePrice: 10, unitCost: 6).best(within: PriceGrid(0.8...1.1))
        #expect((demand.threshold - 0.04..<demand.threshold).contains(best.logRatio))
    }
}
