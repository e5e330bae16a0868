// The solver against the definition. A dense grid over the objective itself is the reference: slow, obvious, and
// knowing nothing of derivatives.

import Domain
import Pricing
import Testing

/// What is being maximised, per shopper who looks.
private func value(
    _ curve: DemandCurve, _ objective: PricingObjective, _ unitCost: Double, at price: Double
) -> Double {
    switch objective {
    case .profit: (price - unitCost) * curve.probability(at: price)
    case .revenue: price * curve.probability(at: price)
    case .conversion: curve.probability(at: price)
    }
}

/// The best of `points` prices, evenly spaced over the bounds, both ends included.
private func bestOnGrid(
    _ curve: DemandCurve, _ objective: PricingObjective, _ unitCost: Double, _ bounds: ClosedRange<Double>,
    points: Int = 1_001
) -> Double {
    (0..<points).map { point in
        let share = Double(point) / Double(points - 1)
        return value(
            curve, objective, unitCost, at: bounds.lowerBound + share * (bounds.upperBound - bounds.lowerBound))
    }.max() ?? -.infinity
}

private struct Problem {
    let curve: DemandCurve
    let unitCost: Double
    let bounds: ClosedRange<Double>

    init(_ lottery: inout Lottery) {
        let reference = lottery.real(50...5_000)
        curve = DemandCurve(
            intercept: lottery.real(-6...4), slope: lottery.real(0.2...8), reference: reference,
            centre: lottery.real(-0.3...0.3))
        unitCost = reference * lottery.real(0...1.4)
        let lower = reference * lottery.real(0.3...1)
        bounds = lower...(lower * lottery.real(1...3))
    }
}

/// The law: no price on the grid earns more than the solver's, but for rounding.
private func isOptimal(
    _ price: Double, _ problem: Problem, _ objective: PricingObjective
) -> Bool {
    let best = bestOnGrid(problem.curve, objective, problem.unitCost, problem.bounds)
    let reached = value(problem.curve, objective, problem.unitCost, at: price)
    return reached >= best - 1e-9 * abs(best)
}

@Suite struct OptimalPriceTests {
    @Test(arguments: PricingObjective.allCases)
    func noPriceOfADenseGridEarnsMore(_ objective: PricingObjective) {
        var lottery = Lottery(seed: 3)
        for _ in 0..<2_000 {
            let problem = Problem(&lottery)
            let price = OptimalPrice.solve(
                problem.curve, objective, unitCost: problem.unitCost, within: problem.bounds)
            #expect(problem.bounds.contains(price))
            // When every price loses, profit alone would send the shopper away; the highest price is the rule.
            guard objective != .profit || problem.unitCost < problem.bounds.upperBound else {
                #expect(price == problem.bounds.upperBound)
                continue
            }
            #expect(isOptimal(price, problem, objective), "\(problem) → \(price)")
        }
    }

    @Test func aSolverThatIgnoresTheCostIsCaughtByTheGrid() {
        var lottery = Lottery(seed: 3)
        var caught = 0
        for _ in 0..<200 {
            let problem = Problem(&lottery)
            let price = OptimalPrice.solve(problem.curve, .profit, unitCost: 0, within: problem.bounds)
            if problem.unitCost < problem.bounds.upperBound, !isOptimal(price, problem, .profit) { caught += 1 }
        }
        #expect(caught > 20)
    }

    @Test func insideTheBoundsTheMarginIsTheInverseElasticity() {
        var lottery = Lottery(seed: 5)
        var interior = 0
        for _ in 0..<5_000 {
            let problem = Problem(&lottery)
            let price = OptimalPrice.solve(
                problem.curve, .profit, unitCost: problem.unitCost, within: problem.bounds)
            let nearEnd = 1e-6 * price
            guard price > problem.bounds.lowerBound + nearEnd, price < problem.bounds.upperBound - nearEnd,
                problem.unitCost < price
            else { continue }
            interior += 1
            let lerner = (price - problem.unitCost) / price
            #expect(abs(lerner * -problem.curve.elasticity(at: price) - 1) < 1e-6)
        }
        #expect(interior > 500)
    }

    @Test func revenueIsProfitOfAUnitThatCostsNothing() {
        var lottery = Lottery(seed: 8)
        for _ in 0..<500 {
            let problem = Problem(&lottery)
            #expect(
                OptimalPrice.solve(problem.curve, .revenue, unitCost: problem.unitCost, within: problem.bounds)
                    == OptimalPrice.solve(problem.curve, .profit, unitCost: 0, within: problem.bounds))
        }
    }

    @Test func aHigherCostNeverLowersThePrice() {
        var lottery = Lottery(seed: 9)
        for _ in 0..<500 {
            let problem = Problem(&lottery)
            var earlier = 0.0
            for step in 0...10 {
                let cost = problem.bounds.upperBound * Double(step) / 10
                let price = OptimalPrice.solve(problem.curve, .profit, unitCost: cost, within: problem.bounds)
                #expect(price >= earlier * (1 - 1e-8))
                earlier = price
            }
        }
    }

    @Test func aShopperWhoHardlyMindsThePricePaysTheHighest() {
        var lottery = Lottery(seed: 10)
        for _ in 0..<500 {
            var problem = Problem(&lottery)
            problem = Problem(problem, slope: lottery.real(0.001...1))
            for objective in [PricingObjective.profit, .revenue] {
                let price = OptimalPrice.solve(
                    problem.curve, objective, unitCost: problem.unitCost, within: problem.bounds)
                #expect(price == problem.bounds.upperBound)
            }
        }
    }

    @Test func extremeCurvesGiveAPriceInsideTheBounds() {
        var lottery = Lottery(seed: 11)
        for intercept in [-700.0, -50, -20, 20, 50, 700] {
            for slope in [1e-6, 0.2, 1, 8, 100, 1e6] {
                for _ in 0..<50 {
                    let problem = Problem(Problem(&lottery), slope: slope, intercept: intercept)
                    for cost in [0, problem.unitCost, problem.bounds.lowerBound, problem.bounds.upperBound] {
                        let price = OptimalPrice.solve(
                            problem.curve, .profit, unitCost: cost, within: problem.bounds)
                        #expect(problem.bounds.contains(price))
                    }
                }
            }
        }
    }

    @Test func anOptimumAHairFromABoundStaysInside() {
        var lottery = Lottery(seed: 14)
        for _ in 0..<5_000 {
            let problem = Problem(&lottery)
            let best = OptimalPrice.solve(problem.curve, .profit, unitCost: problem.unitCost, within: problem.bounds)
            for bounds in [best.nextDown...(2 * best), (best / 2)...best.nextUp, best...best.nextUp] {
                let price = OptimalPrice.solve(problem.curve, .profit, unitCost: problem.unitCost, within: bounds)
                #expect(bounds.contains(price))
            }
        }
    }

    @Test func boundsOfOnePriceGiveThatPrice() {
        var lottery = Lottery(seed: 12)
        for objective in PricingObjective.allCases {
            for _ in 0..<100 {
                let problem = Problem(&lottery)
                let only = problem.bounds.lowerBound
                #expect(
                    OptimalPrice.solve(problem.curve, objective, unitCost: problem.unitCost, within: only...only)
                        == only)
            }
        }
    }

    @Test func theCurveFallsWithThePriceAndItsElasticityIsItsSlopeInLogarithms() {
        var lottery = Lottery(seed: 13)
        for _ in 0..<500 {
            let problem = Problem(&lottery)
            let price = problem.bounds.lowerBound
            #expect(problem.curve.probability(at: price * 1.01) < problem.curve.probability(at: price))
            let step = 1e-5
            let (before, after) = (
                problem.curve.probability(at: price * (1 - step)), problem.curve.probability(at: price * (1 + step))
            )
            let numeric = (after - before) / (2 * step) / problem.curve.probability(at: price)
            #expect(abs(numeric - problem.curve.elasticity(at: price)) < 1e-4)
        }
    }

    @Test func coefficientsThatNoPriceMayRestOnAreNotUsable() {
        let good = DemandCurve(intercept: 0, slope: 1, reference: 1, centre: 0)
        #expect(good.isUsable)
        for bad in [Double.nan, .infinity, -.infinity] {
            for field in [\DemandCurve.intercept, \.slope, \.reference, \.centre] {
                var curve = good
                curve[keyPath: field] = bad
                #expect(!curve.isUsable)
            }
        }
        for field in [\DemandCurve.slope, \.reference] {
            var curve = good
            curve[keyPath: field] = 0
            #expect(!curve.isUsable)
        }
    }
}

extension Problem {
    fileprivate init(_ problem: Problem, slope: Double, intercept: Double? = nil) {
        var curve = problem.curve
        curve.slope = slope
        curve.intercept = intercept ?? curve.intercept
        self.curve = curve
        unitCost = problem.unitCost
        bounds = problem.bounds
    }
}
