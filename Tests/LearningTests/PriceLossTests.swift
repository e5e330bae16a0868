// How well models know what prices change: chance does not look like knowledge.

import Domain
import Foundation
import Learning
import Models
import Testing

@Suite struct PriceLossTests {
    /// Says the same of everybody.
    private func model(slope: Double, intercept: Float = 0) throws -> ResponseModel {
        try ResponseModel(
            intercept: FlatForest(trees: [], featureCount: 1), logSlope: FlatForest(trees: [], featureCount: 1),
            interceptBase: intercept, logSlopeBase: Float(log(slope)), centre: 0, slopes: 0.01...40)
    }

    /// Purchases of shoppers who each see several prices, drawn at random.
    private func rows(slope: Double, seed: UInt64, shoppers: Int = 500, copies: Int = 1) throws -> (
        matrix: TrainingMatrix, users: [String]
    ) {
        let truth = try model(slope: slope)
        var matrix = TrainingMatrix(width: 1)
        var users: [String] = []
        var lottery = Lottery(seed: seed)
        for shopper in 0..<shoppers {
            for _ in 0..<12 {
                let price = [-0.2, -0.1, 0, 0.1].randomElement(using: &lottery)!
                let (intercept, slope, _) = truth.referenceScore([0])
                let isBought =
                    Double.random(in: 0..<1, using: &lottery)
                    < truth.probability(intercept: intercept, slope: slope, logRelativePrice: price)
                for _ in 0..<copies {
                    matrix.append(row: [0], logRelativePrice: Float(price), bought: isBought, product: 0)
                    users.append("shopper \(shopper)")
                }
            }
        }
        return (matrix, users)
    }

    @Test func whoKnowsWhatPricesChangeHasTheSmallerLoss() throws {
        let (matrix, users) = try rows(slope: 5, seed: 1)
        let (knows, ignores) = (try model(slope: 5), try model(slope: 0.2))
        let gain = PriceLoss.gain(of: knows, over: ignores, on: matrix, users: users)
        #expect(gain.value > 4 * gain.standardError)
        let loss = PriceLoss.gain(of: ignores, over: knows, on: matrix, users: users)
        #expect(abs(loss.value + gain.value) < 1e-12)
    }

    /// Two that are equally far off: one of them is better in any sample, and in few surely.
    @Test func aBetterLossByChanceIsWithinItsError() throws {
        let (above, below) = (try model(slope: 5.6), try model(slope: 4.4))
        let sure = try (1...60).count { seed in
            let (matrix, users) = try rows(slope: 5, seed: UInt64(seed), shoppers: 100)
            let gain = PriceLoss.gain(of: above, over: below, on: matrix, users: users)
            #expect(gain.value != 0)
            return abs(gain.value) > 2 * gain.standardError
        }
        #expect(sure <= 8)
    }

    /// A row that is repeated tells nothing new.
    @Test func rowsOfAShopperAreNoIndependentWitnesses() throws {
        let (once, many) = (try rows(slope: 5, seed: 2), try rows(slope: 5, seed: 2, copies: 6))
        let (first, second) = (try model(slope: 5), try model(slope: 3))
        let gain = PriceLoss.gain(of: first, over: second, on: once.matrix, users: once.users)
        let repeated = PriceLoss.gain(of: first, over: second, on: many.matrix, users: many.users)
        #expect(abs(repeated.value - gain.value) < 1e-9)
        #expect(abs(repeated.standardError / gain.standardError - 1) < 0.01)
    }

    /// Who buys is not what the price changed.
    @Test func aWrongLevelOfDemandCostsLittle() throws {
        let (matrix, users) = try rows(slope: 5, seed: 3)
        let (level, slope) = (try model(slope: 5, intercept: 0.3), try model(slope: 1.5))
        let gain = PriceLoss.gain(of: level, over: slope, on: matrix, users: users)
        #expect(gain.value > 2 * gain.standardError)
    }
}
