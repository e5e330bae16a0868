// How columns are standardised for networks: the logarithm of what is skewed less by it, the ends of the tails cut off,
// mean 0 and deviation 1. Marks of 0 and 1 are only centred: a rare one would become huge.

import Glibc
import Models

package enum NetworkInputs {
    /// Rows that tell how a column is spread.
    private static let mostRows = 20_000
    /// Of the values at either end.
    private static let tail = 0.001

    /// Clocks and columns of one value are left out.
    package static func fit(_ matrix: TrainingMatrix) throws(LearningError) -> [NetworkInput] {
        let every = max(1, matrix.count / mostRows)
        var inputs: [NetworkInput] = []
        for place in 0..<matrix.width where !matrix.clocks.contains(place) {
            let values = stride(from: 0, to: matrix.count, by: every).map { matrix.features[$0 * matrix.width + place] }
            do {
                if let input = try fit(values, place: place) { inputs.append(input) }
            } catch {
                throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
            }
        }
        return inputs
    }

    /// - Returns: nil for a column of one value.
    private static func fit(_ column: [Float], place: Int) throws(ModelError) -> NetworkInput? {
        let isMark = column.allSatisfy { $0 == 0 || $0 == 1 }
        var values = column
        var isLogarithm = false
        if column.allSatisfy({ $0 > 0 }) {
            let logarithms = column.map { logf($0) }
            isLogarithm = abs(skewness(logarithms)) < abs(skewness(column))
            if isLogarithm { values = logarithms }
        }
        values.sort()
        let cut = isMark ? 0 : Int(tail * Double(values.count))
        guard let (low, high) = values.isEmpty ? nil : (values[cut], values[values.count - 1 - cut]) else { return nil }
        let (mean, deviation) = moments(values.map { min(max($0, low), high) })
        let scale = isMark ? 1 : Float(1 / deviation)
        guard deviation > 1e-6 * Double(max(abs(low), abs(high))), scale.isFinite else { return nil }
        return try NetworkInput(
            place: place, isLogarithm: isLogarithm, usual: low...high, centre: min(max(Float(mean), low), high),
            scale: scale)
    }

    private static func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0.0) { $0 + Double($1) } / count
        let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        return (mean, variance.squareRoot())
    }

    private static func skewness(_ values: [Float]) -> Double {
        let (mean, deviation) = moments(values)
        guard deviation > 0 else { return 0 }
        return values.reduce(0.0) { $0 + pow((Double($1) - mean) / deviation, 3) } / Double(values.count)
    }
}
