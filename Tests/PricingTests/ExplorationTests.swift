// Drawing prices from what is believed: as wide as the operator says at first, ever closer with every outcome.

import Domain
import Foundation
import Pricing
import Testing

@Suite struct ExplorationTests {
    private let curve = DemandCurve(intercept: 0.4, slope: 3, reference: 1_000, centre: 0)
    private let experiment = Experiment(salt: "autumn", controlShare: 0, exploringShare: 1, exploringDeviation: 0.4)

    /// What the tickets make of a belief: how far each moves the curve.
    private func shifts(_ belief: ShiftCovariance) -> [CurveShift] {
        (0..<Exploration.tickets).map { ticket in
            let drawn = experiment.drawn(curve, ticket: ticket, belief: belief)
            return CurveShift(intercept: drawn.intercept - curve.intercept, logSlope: log(drawn.slope / curve.slope))
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func covariance(of shifts: [CurveShift]) -> (intercept: Double, cross: Double, logSlope: Double) {
        let centre = CurveShift(intercept: mean(shifts.map(\.intercept)), logSlope: mean(shifts.map(\.logSlope)))
        let away = shifts.map { ($0.intercept - centre.intercept, $0.logSlope - centre.logSlope) }
        return (mean(away.map { $0.0 * $0.0 }), mean(away.map { $0.0 * $0.1 }), mean(away.map { $0.1 * $0.1 }))
    }

    /// What is believed of a shopper and a product that have met so often, at three prices in turn.
    private func beliefs(after outcomes: Int) -> ShiftCovariance {
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        for number in 0..<outcomes {
            let term = [-0.6, 0, 0.6][number % 3]
            let prediction = DemandPrediction(
                logOdds: Float(0.4 - term), priceTerm: Float(term), saturation: 1,
                settledAt: Timestamp(milliseconds: 0))
            CurveCorrection.learn(
                PriceOutcome(prediction, isBought: number / 3 % 2 == 0, day: 0, modelVersion: 1), &shopper, &product)
        }
        return (shopper.belief(on: 0, of: 1) + product.belief(on: 0, of: 1)).covariance
    }

    @Test func beforeAnyOutcomeSlopesAreDrawnAsWideAsTheOperatorSays() {
        let drawn = shifts(beliefs(after: 0))
        // Sixteen middles of slices have .924 of the variance that they stand for.
        #expect(abs(covariance(of: drawn).logSlope / (0.924 * 0.4 * 0.4) - 1) < 0.001)
        #expect(Set(drawn.map(\.logSlope)).count == Exploration.tickets)
        #expect(Set(drawn.map(\.intercept)).count == Exploration.tickets)
    }

    /// Around the believed curve, as wide and as tilted as the belief.
    @Test(arguments: [0, 1, 7, 60, 900]) func drawsAreSpreadAsTheBeliefIs(outcomes: Int) {
        let belief = beliefs(after: outcomes)
        let drawn = shifts(belief)
        let found = covariance(of: drawn)
        let stretch = 0.924 * 0.4 * 0.4 / beliefs(after: 0).logSlope
        let scale = (belief.intercept * belief.logSlope).squareRoot() * stretch
        #expect(abs(mean(drawn.map(\.intercept))) < 1e-9 && abs(mean(drawn.map(\.logSlope))) < 1e-9)
        #expect(abs(found.intercept - stretch * belief.intercept) < 0.001 * stretch * belief.intercept)
        #expect(abs(found.logSlope - stretch * belief.logSlope) < 0.001 * stretch * belief.logSlope)
        #expect(abs(found.cross - stretch * belief.cross) < 0.001 * scale)
    }

    @Test func whatHasBeenSeenOftenIsDrawnFromCloser() {
        func width(after outcomes: Int) -> Double {
            let best = (0..<Exploration.tickets).map { ticket in
                OptimalPrice.solve(
                    experiment.drawn(curve, ticket: ticket, belief: beliefs(after: outcomes)), .profit, unitCost: 500,
                    within: 550...4_000)
            }
            return best.max()! - best.min()!
        }
        let widths = [0, 30, 300, 3_000].map(width)
        #expect(widths == widths.sorted(by: >), "\(widths)")
        #expect(widths[3] < widths[0] / 2, "\(widths)")
    }

    /// Nothing is learned for a while, or another model serves: doubt comes back.
    @Test func doubtComesBackWithTimeAndWithAnotherModel() {
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        let prediction = DemandPrediction(
            logOdds: 0.1, priceTerm: 0.3, saturation: 1, settledAt: Timestamp(milliseconds: 0))
        for _ in 0..<50 {
            CurveCorrection.learn(
                PriceOutcome(prediction, isBought: true, day: 0, modelVersion: 1), &shopper, &product)
        }
        func doubt(_ day: Int32, _ version: UInt64) -> Double {
            covariance(of: shifts(shopper.belief(on: day, of: version).covariance)).intercept
        }
        let prior = covariance(of: shifts(CurveBelief(priorOf: .shopper).covariance)).intercept
        #expect(doubt(0, 1) < doubt(30, 1) && doubt(30, 1) < doubt(300, 1) && doubt(300, 1) <= prior)
        #expect(abs(doubt(0, 2) - prior) < 1e-9)
    }
}
