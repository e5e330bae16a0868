// One network over a block of rows: what it says, and how the loss changes with its weights. With h = tanh(X·W₁ + b₁),
// z = h·W₂ + b₂ and s = σ(z), the network says w₃·(h + z·s) + X·lines; backwards
//   ∂(h + z·s) = g·w₃,   ∂z = ∂(h + z·s)·(s + z·s·(1 − s)),   ∂h = ∂(h + z·s) + ∂z·W₂ᵀ,   ∂(X·W₁) = ∂h·(1 − h²).

import Models

package struct NetworkPass {
    package typealias Lane = ResponseNetwork.Lane

    /// Rows of a block: what lies between two products of it stays close to the processor.
    package static let rows = 128

    private let layout: ResponseNetwork.Layout
    /// h; (rows, units).
    private var hidden: [Lane]
    /// z; (rows, units).
    private var corrections: [Lane]
    /// s; (rows, units).
    private var gates: [Lane]
    /// Room for derivatives; (rows, units).
    private var changes: [Lane]
    private var hiddenChanges: [Lane]
    /// W₂ᵀ; (units, units).
    private var transposed: [Lane]

    package init(_ layout: ResponseNetwork.Layout) {
        self.layout = layout
        hidden = [Lane](repeating: .zero, count: Self.rows * ResponseNetwork.unitLanes)
        corrections = hidden
        gates = hidden
        changes = hidden
        hiddenChanges = hidden
        transposed = [Lane](repeating: .zero, count: ResponseNetwork.units * ResponseNetwork.unitLanes)
    }

    /// - Shape: `inputs` (rows, inputLanes) row-major → `outputs` (rows,), with at most `NetworkPass.rows` of them.
    package mutating func forward(_ inputs: [Lane], rows: Int, _ weights: [Lane], into outputs: inout [Float]) {
        precondition(rows <= Self.rows, "more rows than a block has")
        let lanes = ResponseNetwork.unitLanes
        for place in 0..<(rows * lanes) {
            hidden[place] = weights[layout.firstBias.lowerBound + place % lanes]
            corrections[place] = weights[layout.secondBias.lowerBound + place % lanes]
        }
        LaneProduct.add(
            inputs, rowStride: layout.inputLanes * Lane.scalarCount, depthStride: 1, rows: rows,
            depth: layout.inputs, weights, from: layout.first.lowerBound, to: &hidden)
        for place in 0..<(rows * lanes) { hidden[place] = hidden[place].hyperbolicTangent }
        LaneProduct.add(
            hidden, rowStride: ResponseNetwork.units, depthStride: 1, rows: rows, depth: ResponseNetwork.units,
            weights, from: layout.second.lowerBound, to: &corrections)
        for row in 0..<rows {
            var sum = Lane.zero
            for lane in 0..<lanes {
                let place = row * lanes + lane
                gates[place] = corrections[place].logistic
                let corrected = hidden[place] + corrections[place] * gates[place]
                sum += corrected * weights[layout.last.lowerBound + lane]
            }
            for lane in 0..<layout.inputLanes {
                sum += inputs[row * layout.inputLanes + lane] * weights[layout.lines.lowerBound + lane]
            }
            outputs[row] = sum.sum()
        }
    }

    /// W₂ᵀ, for as many blocks as have the same weights.
    package mutating func transpose(_ weights: [Lane]) {
        for from in 0..<ResponseNetwork.units {
            for to in 0..<ResponseNetwork.units {
                let lane = weights[
                    layout.second.lowerBound + from * ResponseNetwork.unitLanes + to / Lane.scalarCount]
                transposed[to * ResponseNetwork.unitLanes + from / Lane.scalarCount][from % Lane.scalarCount] =
                    lane[to % Lane.scalarCount]
            }
        }
    }

    /// Adds to the weights' gradients; right after `forward` of the same rows and weights.
    /// - Parameter slopes: g, how the loss changes with what the network says; (rows,).
    package mutating func backward(
        _ inputs: [Lane], rows: Int, _ weights: [Lane], slopes: [Float], to gradients: inout [Lane]
    ) {
        let lanes = ResponseNetwork.unitLanes
        for row in 0..<rows {
            let slope = slopes[row]
            for lane in 0..<lanes {
                let place = row * lanes + lane
                let (before, gate) = (corrections[place], gates[place])
                gradients[layout.last.lowerBound + lane] += slope * (hidden[place] + before * gate)
                let change = slope * weights[layout.last.lowerBound + lane]
                hiddenChanges[place] = change
                let corrected = change * (gate + before * gate * (1 - gate))
                changes[place] = corrected
                gradients[layout.secondBias.lowerBound + lane] += corrected
            }
            for lane in 0..<layout.inputLanes {
                gradients[layout.lines.lowerBound + lane] += slope * inputs[row * layout.inputLanes + lane]
            }
        }
        LaneProduct.add(
            hidden, rowStride: 1, depthStride: ResponseNetwork.units, rows: ResponseNetwork.units, depth: rows,
            changes, to: &gradients, at: layout.second.lowerBound)
        LaneProduct.add(
            changes, rowStride: ResponseNetwork.units, depthStride: 1, rows: rows, depth: ResponseNetwork.units,
            transposed, to: &hiddenChanges)
        for place in 0..<(rows * lanes) {
            let change = hiddenChanges[place] * (1 - hidden[place] * hidden[place])
            hiddenChanges[place] = change
            gradients[layout.firstBias.lowerBound + place % lanes] += change
        }
        LaneProduct.add(
            inputs, rowStride: 1, depthStride: layout.inputLanes * Lane.scalarCount, rows: layout.inputs,
            depth: rows, hiddenChanges, to: &gradients)
    }
}
