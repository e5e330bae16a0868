// Networks under capped demand: their gradients, and what they find in worlds whose truth is known.

import Domain
import Foundation
import Learning
import Models
import Testing
import World

@Suite struct NetworkFitTests {
    @Test func derivativesOfARowAreThoseOfSmallDifferences() {
        let step = 1e-5
        for intercept in [-6, -0.8, 0.5, 4.0] {
            for logSlope in [-1, 1.3, 3] {
                for (ceiling, logSharpness) in [(3.0, log(4)), (-1, log(0.4)), (0, log(40))] {
                    for (price, label) in [(-0.2, 1.0), (-0.2, 0), (0.1, 1), (0.1, 0)] {
                        func gradient(_ a: Double = 0, _ l: Double = 0, _ c: Double = 0, _ k: Double = 0)
                            -> CappedGradient
                        {
                            let law = CappedDemand(
                                ceiling: CappedDemand.logistic(ceiling + c), sharpness: exp(logSharpness + k))!
                            return CappedGradient(
                                law, intercept: intercept + a, logSlope: logSlope + l, price: price, label: label)
                        }
                        let here = gradient()
                        for (claimed, above, below) in [
                            (here.intercept, gradient(step).loss, gradient(-step).loss),
                            (here.logSlope, gradient(0, step).loss, gradient(0, -step).loss),
                            (here.ceiling, gradient(0, 0, step).loss, gradient(0, 0, -step).loss),
                            (here.sharpness, gradient(0, 0, 0, step).loss, gradient(0, 0, 0, -step).loss),
                        ] {
                            let difference = (above - below) / (2 * step)
                            #expect(abs(claimed - difference) < 1e-5 * max(1, abs(difference)))
                        }
                    }
                }
            }
        }
    }

    @Test func aCeilingAndSharpnessOfOneHaveTheGradientOfTheLogit() {
        for (label, price) in [(Float(1), Float(0.1)), (0, -0.15)] {
            let logit = ResponseGradient(intercept: -0.7, logSlope: 1.2, price: price, label: label)
            let capped = CappedGradient(
                .logit, intercept: Double(Float(-0.7)), logSlope: Double(Float(1.2)), price: Double(price),
                label: Double(label))
            #expect(abs(capped.intercept - Double(logit.intercept)) < 1e-6)
            #expect(abs(capped.logSlope - Double(logit.logSlope)) < 1e-6)
        }
    }

    @Test func productsAreThoseOfTheFormula() {
        typealias Lane = ResponseNetwork.Lane
        var draws = Draws(seed: 1, "product")
        let units = ResponseNetwork.units
        func lanes(_ count: Int) -> [Lane] {
            (0..<count).map { _ in
                var lane = Lane.zero
                for index in lane.indices { lane[index] = Float(draws.normal()) }
                return lane
            }
        }
        func float(_ lanes: [Lane], _ index: Int) -> Float { lanes[index / 8][index % 8] }
        for (rows, depth) in [(1, 1), (2, 3), (5, 8), (8, 5)] {
            let (left, right) = (lanes((rows * depth + 7) / 8), lanes(depth * ResponseNetwork.unitLanes))
            let before = lanes(rows * ResponseNetwork.unitLanes)
            for (rowStride, depthStride) in [(depth, 1), (1, rows)] {
                var sums = before
                LaneProduct.add(
                    left, rowStride: rowStride, depthStride: depthStride, rows: rows, depth: depth, right, to: &sums)
                for row in 0..<rows {
                    for unit in 0..<units {
                        var expected = float(before, row * units + unit)
                        for step in 0..<depth {
                            expected +=
                                float(left, row * rowStride + step * depthStride) * float(right, step * units + unit)
                        }
                        #expect(abs(float(sums, row * units + unit) - expected) < 1e-4)
                    }
                }
            }
        }
    }

    @Test func aNetworksGradientIsThatOfSmallDifferences() throws {
        typealias Lane = ResponseNetwork.Lane
        let layout = ResponseNetwork.Layout(inputs: 3)
        var draws = Draws(seed: 2, "pass")
        var weights = [Lane](repeating: .zero, count: layout.count)
        for place in weights.indices {
            let count = layout.lines.contains(place) ? layout.inputs : Lane.scalarCount
            for index in 0..<count { weights[place][index] = Float(0.3 * draws.normal()) }
        }
        let rows = 5
        let inputs = (0..<rows).map { _ in
            var lane = Lane.zero
            for index in 0..<layout.inputs { lane[index] = Float(draws.normal()) }
            return lane
        }
        let slopes = (0..<rows).map { _ in Float(draws.normal()) }
        func value(_ weights: [Lane]) -> Double {
            var pass = NetworkPass(layout)
            var outputs = [Float](repeating: 0, count: rows)
            pass.forward(inputs, rows: rows, weights, into: &outputs)
            return zip(outputs, slopes).reduce(0) { $0 + Double($1.0 * $1.1) }
        }
        var pass = NetworkPass(layout)
        var outputs = [Float](repeating: 0, count: rows)
        var gradients = [Lane](repeating: .zero, count: layout.count)
        pass.transpose(weights)
        pass.forward(inputs, rows: rows, weights, into: &outputs)
        pass.backward(inputs, rows: rows, weights, slopes: slopes, to: &gradients)
        let step: Float = 0.01
        for range in [layout.first, layout.firstBias, layout.second, layout.secondBias, layout.last, layout.lines] {
            for _ in 0..<12 {
                let (place, index) = (range.lowerBound + draws.below(range.count), draws.below(Lane.scalarCount))
                var (above, below) = (weights, weights)
                above[place][index] += step
                below[place][index] -= step
                let difference = (value(above) - value(below)) / Double(2 * step)
                #expect(abs(Double(gradients[place][index]) - difference) < 2e-3 * max(1, abs(difference)))
            }
        }
    }

    /// Rows of a world: nine numbers, and a mark for each segment and category.
    private func rows(_ law: DemandLaw, _ count: Int) -> TrainingMatrix {
        let world = KnownWorld(law: law, seed: 1)
        var matrix = TrainingMatrix(width: 9 + 6 + 8)
        matrix.numbers = Array(0..<9)
        world.exposures(rows: count) { exposure in
            let question = exposure.question
            let numbers = question.shopper.values + question.item.values + question.moment.values
            let marks =
                (0..<6).map { $0 == question.shopper.segment ? 1 : 0 }
                + (0..<8).map { $0 == question.item.category ? 1 : 0 }
            matrix.append(
                row: numbers.map(Float.init) + marks.map(Float.init),
                logRelativePrice: Float(log(exposure.price.real / question.item.referencePrice.real)),
                bought: exposure.isBought, product: UInt16(question.itemNumber))
        }
        return matrix
    }

    /// The mean log-loss of rows that were not learned from, by a network and by forests.
    private func losses(_ law: DemandLaw) throws -> (network: Double, forests: Double, law: CappedDemand) {
        let matrix = rows(law, 50_000)
        let (trained, heldOut) = (matrix.rows(at: Array(0..<40_000)), matrix.rows(at: Array(40_000..<50_000)))
        let network = try ResponseFit(trained, settings: ResponseSettings(NetworkSettings()), heldOut: heldOut)
        let forests = try ResponseFit(trained, settings: DemandCandidate.straight.settings, heldOut: heldOut)
        return (try #require(network.heldOutLogLoss), try #require(forests.heldOutLogLoss), network.model.law)
    }

    @Test func aCeilingIsFoundWhereThereIsOne() throws {
        let found = try losses(.logLinear)
        #expect(abs(found.law.ceiling - Demand.ceiling) < 0.02, "\(found)")
        #expect(found.law.sharpness > 3, "\(found)")
        #expect(found.network < found.forests - 0.004, "\(found)")
    }

    @Test func aLogitIsNotBeatenByMoreThanNoise() throws {
        let found = try losses(.logit)
        #expect(abs(found.network - found.forests) < 0.002, "\(found)")
    }

    /// Over more than one block, so that what blocks give is added.
    @Test func whatAllRowsShareHasTheGradientOfSmallDifferences() throws {
        let matrix = rows(.reference, 700)
        var training = NetworkTraining(try NetworkInputs.fit(matrix), matrix, NetworkSettings())
        let rows = Array(0..<500)[...]
        // Log-odds of the ceiling, a quarter of the sharpness's logarithm, and the bend among them.
        for (place, value) in [(0, Float(-0.5)), (1, 1.4), (2, 1.5), (3, 0.6), (4, 0.3)] {
            training.shared.values[place] = value
        }
        training.differentiate(rows)
        let claimed = training.sharedGradient[0]
        let step: Float = 1e-2
        for place in 0..<5 {
            var (above, below) = (training, training)
            above.shared.values[place] += step
            below.shared.values[place] -= step
            let difference = (above.differentiate(rows) - below.differentiate(rows)) / Double(2 * step)
            #expect(abs(Double(claimed[place]) - difference) < 2e-3 * max(0.05, abs(difference)), "\(place)")
        }
    }

    /// Few rows are gone through more often: else a fit would end where it began.
    @Test func fewRowsAreEnoughToSeeASteepSlope() throws {
        var draws = Draws(seed: 4, "few rows")
        var matrix = TrainingMatrix(width: 1)
        for _ in 0..<800 {
            let price = 0.8 * draws.fraction() - 0.4
            matrix.append(
                row: [Float(draws.normal())], logRelativePrice: Float(price),
                bought: draws.fraction() < CappedDemand.logistic(-12 * price), product: 0)
        }
        let model = try NetworkFit(matrix, NetworkSettings()).model
        let (intercept, slope, ceiling) = model.referenceScore([0])
        func probability(_ price: Double) -> Double {
            model.probability(intercept: intercept, slope: slope, saturation: ceiling, logRelativePrice: price)
        }
        for price in [-0.3, -0.1, 0, 0.1, 0.3] {
            #expect(abs(probability(price) - CappedDemand.logistic(-12 * price)) < 0.08, "\(price)")
        }
    }

    @Test func aBendIsFoundWhereThereIsOne() throws {
        let fit = try NetworkFit(rows(.reference, 50_000), NetworkSettings()).model
        let found = try #require(fit.shape.gradients.last)
        #expect(fit.shape.knots == [0])
        #expect(found / Demand.lossAversion > 0.6 && found / Demand.lossAversion < 1.4, "\(found)")
    }

    @Test func aSeedTellsTheFit() throws {
        let matrix = rows(.logit, 2_000)
        var settings = NetworkSettings()
        let first = try NetworkFit(matrix, settings)
        #expect(try NetworkFit(matrix, settings) == first)
        settings.seed = 1
        #expect(try NetworkFit(matrix, settings) != first)
    }

    @Test func rowsOfOneOutcomeAreRefused() {
        var matrix = TrainingMatrix(width: 1)
        for row in 0..<100 {
            matrix.append(row: [Float(row)], logRelativePrice: 0, bought: false, product: 0)
        }
        #expect(throws: LearningError.self) { try NetworkFit(matrix, NetworkSettings()) }
    }

    @Test func clocksAndColumnsOfOneValueAreLeftOut() throws {
        var matrix = TrainingMatrix(width: 4)
        matrix.clocks = [1]
        var draws = Draws(seed: 1, "columns")
        for _ in 0..<500 {
            matrix.append(
                row: [Float(exp(draws.normal())), Float(draws.below(24)), 3, Float(draws.below(2))],
                logRelativePrice: 0, bought: draws.below(2) == 0, product: 0)
        }
        let inputs = try NetworkInputs.fit(matrix)
        #expect(inputs.map(\.place) == [0, 3])
        #expect(inputs.map(\.isLogarithm) == [true, false])
        #expect(inputs[1].scale == 1)
    }
}
