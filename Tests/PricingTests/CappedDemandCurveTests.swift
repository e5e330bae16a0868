import Domain
import Foundation
import Pricing
import Testing

@Suite struct CappedDemandCurveTests {
    private static let bounds = 700.0...1_400.0

    private func curves(_ body: (CappedDemand.Curve, DemandCurve) -> Void) {
        for (ceiling, sharpness) in [(1.0, 1.0), (0.95, 0.5), (0.95, 4), (0.95, 14), (0.6, 60)] {
            for intercept in [-4, -0.8, 1, 6.0] {
                for slope in [1.5, 4, 14] {
                    let capped = CappedDemand(ceiling: ceiling, sharpness: sharpness)!
                        .curve(intercept: intercept, slope: slope)
                    body(
                        capped,
                        DemandCurve(
                            intercept: capped.logOdds, slope: slope, reference: 1_000, centre: 0,
                            saturation: ceiling, sharpness: sharpness))
                }
            }
        }
    }

    @Test func aCurveOfTheLawSaysWhatTheLawSays() {
        curves { capped, curve in
            #expect(curve.isUsable)
            for price in stride(from: 700.0, through: 1_400, by: 50) {
                let x = log(price / 1_000)
                #expect(abs(curve.probability(at: price) - capped.probability(at: x)) < 1e-9)
                #expect(abs(curve.elasticity(at: price) + capped.elasticity(at: x)) < 1e-8 * capped.slope)
            }
        }
    }

    @Test func noPriceOfAGridEarnsMoreThanTheBest() {
        curves { _, curve in
            for cost in [0, 500, 750, 990.0] {
                func profit(_ price: Double) -> Double { (price - cost) * curve.probability(at: price) }
                let best = OptimalPrice.solve(curve, .profit, unitCost: cost, within: Self.bounds)
                #expect(Self.bounds.contains(best))
                for price in stride(from: 700.0, through: 1_400, by: 1) {
                    #expect(profit(price) <= profit(best) * (1 + 1e-9) + 1e-9)
                }
            }
        }
    }

    @Test func aSharpnessThatIsNoneIsOfNoUse() {
        for sharpness in [0, -1, 61, Double.nan, .infinity] {
            #expect(
                !DemandCurve(intercept: 0, slope: 3, reference: 10, centre: 0, sharpness: sharpness).isUsable)
        }
    }
}
