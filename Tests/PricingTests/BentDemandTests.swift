// Demand that bends at some prices, and of which some want nothing at all: the laws of the smooth case, where they hold.

import Domain
import Glibc
import Pricing
import Testing

private struct BentProblem {
    let curve: DemandCurve
    let unitCost: Double
    let bounds: ClosedRange<Double>

    init(_ lottery: inout Lottery) {
        let reference = lottery.real(50...5_000)
        let first = lottery.real(-0.4...0.2)
        let knots = [first, first + lottery.real(0.01...0.3)]
        curve = DemandCurve(
            intercept: lottery.real(-4...4), slope: lottery.real(0.2...30), reference: reference,
            centre: lottery.real(-0.2...0.2),
            shape: PriceShape(knots: knots, gradients: (0..<3).map { _ in lottery.real(0.1...3) })!,
            saturation: lottery.real(0.05...1))
        unitCost = reference * lottery.real(0...1.2)
        let lower = reference * lottery.real(0.3...1)
        bounds = lower...(lower * lottery.real(1...3))
    }

    func profit(_ price: Double) -> Double { (price - unitCost) * curve.probability(at: price) }
}

@Suite struct BentDemandTests {
    @Test func noPriceOfADenseGridEarnsMore() {
        var lottery = Lottery(seed: 31)
        for _ in 0..<2_000 {
            let problem = BentProblem(&lottery)
            guard problem.unitCost < problem.bounds.upperBound else { continue }
            let price = OptimalPrice.solve(problem.curve, .profit, unitCost: problem.unitCost, within: problem.bounds)
            #expect(problem.bounds.contains(price))
            let best = (0...2_000).map { point in
                let share = Double(point) / 2_000
                let span = problem.bounds.upperBound - problem.bounds.lowerBound
                return problem.profit(problem.bounds.lowerBound + share * span)
            }.max()!
            #expect(problem.profit(price) >= best - 1e-9 * abs(best), "\(problem)")
        }
    }

    @Test func solvingAsIfItWereStraightIsCaught() {
        var lottery = Lottery(seed: 31)
        var caught = 0
        for _ in 0..<500 {
            let problem = BentProblem(&lottery)
            guard problem.unitCost < problem.bounds.upperBound else { continue }
            var straight = problem.curve
            straight.shape = .straight
            let price = OptimalPrice.solve(straight, .profit, unitCost: problem.unitCost, within: problem.bounds)
            let best = OptimalPrice.solve(problem.curve, .profit, unitCost: problem.unitCost, within: problem.bounds)
            if problem.profit(price) < problem.profit(best) - 1e-6 * abs(problem.profit(best)) { caught += 1 }
        }
        #expect(caught > 50)
    }

    @Test func aHigherPriceNeverSellsMoreAndNobodyBuysBeyondTheSaturation() {
        var lottery = Lottery(seed: 32)
        for _ in 0..<200 {
            let problem = BentProblem(&lottery)
            let prices = (1...200).map { problem.curve.reference * Double($0) / 50 }
            let chances = prices.map { problem.curve.probability(at: $0) }
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(chances.allSatisfy { $0 >= 0 && $0 <= problem.curve.saturation })
        }
    }

    @Test func theElasticityIsThatOfThePieceThePriceLiesOn() {
        var lottery = Lottery(seed: 33)
        for _ in 0..<500 {
            let problem = BentProblem(&lottery)
            let logPrice = lottery.real(-0.6...0.6)
            guard problem.curve.shape.knots.allSatisfy({ abs($0 - logPrice) > 1e-3 }) else { continue }
            let price = problem.curve.reference * exp(logPrice + problem.curve.centre)
            let step = 1e-6
            let (low, high) = (price * (1 - step), price * (1 + step))
            let ratio = problem.curve.probability(at: high) / problem.curve.probability(at: low)
            let difference = log(ratio) / log(high / low)
            #expect(abs(difference - problem.curve.elasticity(at: price)) < 1e-3 * max(1, abs(difference)))
        }
    }
}
