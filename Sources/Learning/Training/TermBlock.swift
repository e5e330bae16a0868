// The terms of a surface for a few hundred rows at a time, term by term, in vectors: sums over rows of products of
// terms are most of the work of fitting a surface, and this way a processor does several rows at once.

import Models

struct TermBlock {
    typealias Lane = SIMD16<Float>

    static let rows = 256
    private static let lanes = rows / Lane.scalarCount

    private let inputs: [ResponseSurface.Input]
    private let curved: Int
    /// (1 + terms, lanes): the constant, inputs and products.
    private var terms: [Lane]
    private let width: Int
    /// One term's, weighted; (lanes,).
    private var weighted = [Lane](repeating: .zero, count: lanes)

    init(_ inputs: [ResponseSurface.Input], curved: Int) {
        self.inputs = inputs
        self.curved = curved
        width = 1 + ResponseSurface.terms(inputs: inputs.count, curved: curved)
        terms = [Lane](repeating: Lane(repeating: 1), count: width * Self.lanes)
    }

    /// Takes the rows from `start` on. Past the last row it is repeated; weights there are 0.
    mutating func fill(from matrix: TrainingMatrix, _ start: Int) {
        let farthest = Lane(repeating: ResponseSurface.farthest)
        for lane in 0..<Self.lanes {
            for (index, input) in inputs.enumerated() {
                var values = Lane.zero
                for offset in 0..<Lane.scalarCount {
                    let row = min(start + lane * Lane.scalarCount + offset, matrix.count - 1)
                    values[offset] = matrix.features[row * matrix.width + input.place]
                }
                let standard = (values - input.centre) * input.scale
                terms[(1 + index) * Self.lanes + lane] = pointwiseMin(pointwiseMax(standard, -farthest), farthest)
            }
            var place = 1 + inputs.count
            for first in 0..<curved {
                for second in first..<curved {
                    terms[place * Self.lanes + lane] =
                        terms[(1 + first) * Self.lanes + lane] * terms[(1 + second) * Self.lanes + lane]
                    place += 1
                }
            }
        }
    }

    /// One number a row of the block, 0 past the last row; (lanes,).
    func weights(_ count: Int, _ start: Int, _ value: (Int) -> Float) -> [Lane] {
        (0..<Self.lanes).map { lane in
            var values = Lane.zero
            for offset in 0..<Lane.scalarCount {
                let row = start + lane * Lane.scalarCount + offset
                if row < count { values[offset] = value(row) }
            }
            return values
        }
    }

    func sum(_ term: Int, weighted weights: [Lane]) -> Double {
        var sum = Lane.zero
        for lane in 0..<Self.lanes { sum += weights[lane] * terms[term * Self.lanes + lane] }
        return Double(sum.sum())
    }

    func squares(_ term: Int, weighted weights: [Lane]) -> Double {
        var sum = Lane.zero
        for lane in 0..<Self.lanes {
            let values = terms[term * Self.lanes + lane]
            sum += weights[lane] * values * values
        }
        return Double(sum.sum())
    }

    /// Adds Σ weight · term to (width,) sums.
    func addGradients(_ weights: [Lane], _ sums: inout [Double]) {
        for term in 0..<width { sums[term] += sum(term, weighted: weights) }
    }

    /// Adds Σ weight · term · term to the lower half of a (width, width) matrix.
    mutating func addProducts(_ weights: [Lane], _ sums: inout [Double]) {
        for row in 0..<width {
            for lane in 0..<Self.lanes { weighted[lane] = weights[lane] * terms[row * Self.lanes + lane] }
            for column in 0...row {
                var sum = Lane.zero
                for lane in 0..<Self.lanes { sum += weighted[lane] * terms[column * Self.lanes + lane] }
                sums[row * width + column] += Double(sum.sum())
            }
        }
    }
}
