// The numbers that change from batch to batch: weights, what every row shares, and their gradients.

import Domain
import Glibc
import Models

/// What every row shares.
package struct SharedDemand {
    /// Intercept, logarithm of the slope, log-odds of the ceiling, quarter of the logarithm of the sharpness, logarithm
    /// of what a price above the reference price weighs; then nothing.
    package var values: ResponseNetwork.Lane

    /// So that one learning rate suits all four.
    static let sharpnessRate: Float = 4
    /// Before the first step: nearly everybody at most, and sharper than a logit.
    private static let (ceiling, sharpness): (Float, Float) = (3, 4)

    init(_ matrix: TrainingMatrix, _ settings: NetworkSettings) {
        values = .zero
        let rate = Float(matrix.positives) / Float(matrix.count)
        values[0] = ResponseNetwork.kept(logf(rate / (1 - rate)), ResponseNetwork.intercepts)
        values[1] = logf(settings.startingSlope)
        (values[2], values[3]) = (Self.ceiling, logf(Self.sharpness) / Self.sharpnessRate)
    }

    var intercept: Float { values[0] }
    var logSlope: Float { values[1] }

    /// A hundred times as much at most.
    private static let weights: ClosedRange<Float> = -4.6...4.6

    /// ψ, bent at the reference price.
    var shape: PriceShape {
        PriceShape(knots: [0], gradients: [1, exp(Double(values[4]))])!
    }

    var law: CappedDemand {
        let range = CappedDemand.sharpnesses
        let sharpness = exp(Double(Self.sharpnessRate * values[3]))
        return CappedDemand(
            ceiling: CappedDemand.logistic(Double(values[2])),
            sharpness: min(max(sharpness, range.lowerBound), range.upperBound))!
    }

    /// Brings back what has stepped out of its range, so that it need not walk back before anything changes.
    mutating func keep() {
        let range = CappedDemand.sharpnesses
        let (low, high) = (logf(Float(range.lowerBound)), logf(Float(range.upperBound)))
        values[2] = ResponseNetwork.kept(values[2], ResponseNetwork.intercepts)
        values[3] = ResponseNetwork.kept(values[3], (low / Self.sharpnessRate)...(high / Self.sharpnessRate))
        values[4] = ResponseNetwork.kept(values[4], Self.weights)
    }
}

package struct NetworkTraining {
    package typealias Lane = ResponseNetwork.Lane

    private let matrix: TrainingMatrix
    private let settings: NetworkSettings
    private let inputs: [NetworkInput]
    private let layout: ResponseNetwork.Layout
    package var shared: SharedDemand
    private var intercept: Side
    private var logSlope: Side
    package private(set) var sharedGradient = [Lane.zero]
    private var sharedAdam = Adam(count: 1)
    /// Of one block; (NetworkPass.rows, inputLanes).
    private var block: [Lane]

    /// One network while it is fitted.
    private struct Side {
        var weights: [Lane]
        var gradients: [Lane]
        var adam: Adam
        var pass: NetworkPass
        /// What it says of a block, and how the loss changes with that; (NetworkPass.rows,).
        var outputs = [Float](repeating: 0, count: NetworkPass.rows)
        var slopes = [Float](repeating: 0, count: NetworkPass.rows)

        /// - Parameter size: of a row of inputs, the root of its squares.
        init(_ layout: ResponseNetwork.Layout, size: Double, _ draws: inout Draws) {
            weights = [Lane](repeating: .zero, count: layout.count)
            gradients = weights
            adam = Adam(count: layout.count)
            pass = NetworkPass(layout)
            for (range, deviation) in [
                (layout.first, 1 / size),
                (layout.second, 1 / Double(ResponseNetwork.units).squareRoot()), (layout.last, 0.02),
            ] {
                for place in range {
                    for index in 0..<Lane.scalarCount { weights[place][index] = Float(deviation * draws.normal()) }
                }
            }
        }
    }

    package init(_ inputs: [NetworkInput], _ matrix: TrainingMatrix, _ settings: NetworkSettings) {
        self.matrix = matrix
        self.settings = settings
        self.inputs = inputs
        layout = ResponseNetwork.Layout(inputs: inputs.count)
        shared = SharedDemand(matrix, settings)
        var draws = Draws(seed: settings.seed, "network")
        let size = Self.size(of: inputs, matrix)
        intercept = Side(layout, size: size, &draws)
        logSlope = Side(layout, size: size, &draws)
        block = [Lane](repeating: .zero, count: NetworkPass.rows * layout.inputLanes)
    }

    /// Rows that tell how large a row of inputs is.
    private static let sizedRows = 2_000

    /// The root of the mean of the squares of a row's inputs, all together: rare marks add little to it.
    private static func size(of inputs: [NetworkInput], _ matrix: TrainingMatrix) -> Double {
        let rows = stride(from: 0, to: matrix.count, by: max(1, matrix.count / sizedRows))
        var (squares, count) = (0.0, 0.0)
        for row in rows {
            for input in inputs {
                let value = Double(input.standardised(matrix.features[row * matrix.width + input.place]))
                squares += value * value
            }
            count += 1
        }
        return max(1, (squares / count).squareRoot())
    }

    func network() throws(ModelError) -> ResponseNetwork {
        try ResponseNetwork(
            inputs: inputs, intercept: .init(base: shared.intercept, weights: intercept.weights),
            logSlope: .init(base: shared.logSlope, weights: logSlope.weights), law: shared.law)
    }

    // MARK: - Steps

    /// Rows of a batch: more where there are many, fewer where a batch would be most of them.
    static func batchRows(_ rows: Int) -> Int { min(rows, rows < 300_000 ? max(64, min(2_048, rows / 64)) : 4_096) }

    mutating func run(_ progress: (Double) -> Void) {
        var order = Array(0..<matrix.count)
        var draws = Draws(seed: settings.seed, "batches")
        let rows = Self.batchRows(matrix.count)
        let batches = matrix.count / rows
        let epochs = max(settings.epochs, (settings.leastSteps + batches - 1) / batches)
        let steps = batches * epochs
        for epoch in 0..<epochs {
            order.shuffle(using: &draws)
            for batch in 0..<batches {
                differentiate(order[(batch * rows)..<((batch + 1) * rows)])
                step(rate: rate(epoch * batches + batch, of: steps))
            }
            progress(Double(epoch + 1) / Double(epochs))
        }
    }

    /// Rises over the first twentieth and falls with a cosine.
    private func rate(_ step: Int, of steps: Int) -> Float {
        let rise = max(1, steps / 20)
        guard step >= rise else { return settings.learningRate * Float(step + 1) / Float(rise) }
        let position = Double(step - rise) / Double(max(1, steps - rise))
        return settings.learningRate * Float(0.005 + 0.995 * (1 + cos(Double.pi * position)) / 2)
    }

    private mutating func step(rate: Float) {
        let pull = settings.precision / Float(matrix.count)
        intercept.adam.step(&intercept.weights, intercept.gradients, rate: rate, pull: pull)
        logSlope.adam.step(&logSlope.weights, logSlope.gradients, rate: rate, pull: pull)
        var values = [shared.values]
        sharedAdam.step(&values, sharedGradient, rate: rate, pull: 0)
        shared.values = values[0]
        shared.keep()
    }

    // MARK: - Gradients

    /// Takes the gradients of the mean loss of some rows at the current weights.
    /// - Returns: the mean loss.
    @discardableResult
    package mutating func differentiate(_ rows: ArraySlice<Int>) -> Double {
        for place in intercept.gradients.indices { intercept.gradients[place] = .zero }
        for place in logSlope.gradients.indices { logSlope.gradients[place] = .zero }
        intercept.pass.transpose(intercept.weights)
        logSlope.pass.transpose(logSlope.weights)
        let (law, above) = (shared.law, shared.shape.gradients[1])
        let weight = 1 / Double(rows.count)
        var loss = 0.0
        var sums = [0.0, 0, 0, 0, 0]
        for start in stride(from: rows.startIndex, to: rows.endIndex, by: NetworkPass.rows) {
            let part = rows[start..<min(start + NetworkPass.rows, rows.endIndex)]
            fill(part)
            intercept.pass.forward(block, rows: part.count, intercept.weights, into: &intercept.outputs)
            logSlope.pass.forward(block, rows: part.count, logSlope.weights, into: &logSlope.outputs)
            for (place, row) in part.enumerated() {
                let (level, slope) = (
                    shared.intercept + intercept.outputs[place], shared.logSlope + logSlope.outputs[place]
                )
                let price = Double(matrix.logRelativePrices[row])
                let gradient = CappedGradient(
                    law, intercept: Double(ResponseNetwork.kept(level, ResponseNetwork.intercepts)),
                    logSlope: Double(ResponseNetwork.kept(slope, ResponseNetwork.logSlopes)),
                    price: price > 0 ? above * price : price, label: Double(matrix.labels[row]))
                loss += gradient.loss
                let byLevel = ResponseNetwork.intercepts.contains(level) ? weight * gradient.intercept : 0
                let bySlope = ResponseNetwork.logSlopes.contains(slope) ? weight * gradient.logSlope : 0
                intercept.slopes[place] = Float(byLevel)
                logSlope.slopes[place] = Float(bySlope)
                sums[0] += byLevel
                sums[1] += bySlope
                sums[2] += weight * gradient.ceiling
                sums[3] += weight * gradient.sharpness
                // What a price above weighs multiplies the slope there.
                if price > 0 { sums[4] += weight * gradient.logSlope }
            }
            intercept.pass.backward(
                block, rows: part.count, intercept.weights, slopes: intercept.slopes, to: &intercept.gradients)
            logSlope.pass.backward(
                block, rows: part.count, logSlope.weights, slopes: logSlope.slopes, to: &logSlope.gradients)
        }
        sharedGradient[0] = .zero
        for index in sums.indices { sharedGradient[0][index] = Float(sums[index]) }
        sharedGradient[0][3] *= SharedDemand.sharpnessRate
        return loss * weight
    }

    private mutating func fill(_ rows: ArraySlice<Int>) {
        for (place, row) in rows.enumerated() {
            let (first, lane) = (row * matrix.width, place * layout.inputLanes)
            for (index, input) in inputs.enumerated() {
                block[lane + index / Lane.scalarCount][index % Lane.scalarCount] =
                    input.standardised(matrix.features[first + input.place])
            }
        }
    }
}
