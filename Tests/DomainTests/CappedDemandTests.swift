import Domain
import Foundation
import Testing

@Suite struct CappedDemandTests {
    private static let intercepts = [-12, -5, -0.8, 0, 3, 12.0]
    private static let slopes = [-2.5, 0, 1.3, 3.5].map { exp($0) }
    private static let prices = Array(stride(from: -1.5, through: 1.5, by: 0.05))
    private static let laws = [(1, 1), (0.95, 0.3), (0.95, 4), (0.5, 60), (1, 60), (0.05, 2)].map {
        CappedDemand(ceiling: $0.0, sharpness: $0.1)!
    }

    private static var curves: [CappedDemand.Curve] {
        laws.flatMap { law in
            intercepts.flatMap { intercept in slopes.map { law.curve(intercept: intercept, slope: $0) } }
        }
    }

    @Test func ceilingAndSharpnessOfOneAreTheLogit() {
        for intercept in Self.intercepts {
            for slope in Self.slopes {
                let curve = CappedDemand.logit.curve(intercept: intercept, slope: slope)
                for x in Self.prices {
                    let logOdds = intercept - slope * x
                    let expected = -max(-logOdds, 0) - log1p(exp(-abs(logOdds)))
                    #expect(abs(curve.logProbability(at: x) - expected) < 1e-6 * max(1, abs(expected)))
                    #expect(abs(curve.elasticity(at: x) - slope / (1 + exp(logOdds))) < 1e-6 * slope)
                }
            }
        }
    }

    @Test func withoutEndOfSharpnessElasticityIsConstantUpToTheCeiling() {
        let curve = CappedDemand(ceiling: 0.95, sharpness: 60)!.curve(intercept: -0.8, slope: 4)
        let anchor = 0.95 / (1 + exp(0.8))
        for x in [-1.0, -0.6, -0.1, 0, 0.3] {
            #expect(abs(curve.probability(at: x) / min(0.95, anchor * exp(-4 * x)) - 1) < 1e-3)
        }
        #expect(abs(curve.elasticity(at: 0) - 4) < 1e-6)
        #expect(curve.elasticity(at: -1) < 1e-6)
    }

    @Test func demandIsAnchoredAtTheReferencePrice() {
        for law in Self.laws {
            for intercept in Self.intercepts {
                let probability = law.curve(intercept: intercept, slope: 3).probability(at: 0)
                let expected = law.ceiling / (1 + exp(-intercept))
                #expect(abs(probability / expected - 1) < 1e-6)
            }
        }
    }

    @Test func aHigherPriceNeverSellsMoreAndElasticityNeverFalls() {
        for curve in Self.curves {
            for (low, high) in zip(Self.prices, Self.prices.dropFirst()) {
                #expect(curve.probability(at: low) >= curve.probability(at: high))
                #expect(curve.elasticity(at: low) <= curve.elasticity(at: high))
                #expect(curve.probability(at: high) > 0 && curve.probability(at: low) <= curve.law.ceiling)
                #expect(curve.logProbability(at: high).isFinite && curve.elasticity(at: high).isFinite)
            }
        }
    }

    @Test func derivativesAreThoseOfSmallDifferences() {
        let step = 1e-5
        for curve in Self.curves {
            for x in [-0.7, -0.1, 0.02, 0.4] {
                func difference(_ value: (Double) -> Double) -> Double {
                    (value(x + step) - value(x - step)) / (2 * step)
                }
                #expect(abs(difference(curve.logProbability) + curve.elasticity(at: x)) < 1e-5 * (1 + curve.slope))
            }
        }
    }

    @Test func lawsThatAreNoneAreRefused() {
        for (ceiling, sharpness) in [
            (0, 1), (-1, 1), (1.01, 1), (.nan, 1), (1, 0.2), (1, 61), (1, .nan), (1, .infinity),
        ] {
            #expect(CappedDemand(ceiling: ceiling, sharpness: sharpness) == nil)
        }
    }
}
