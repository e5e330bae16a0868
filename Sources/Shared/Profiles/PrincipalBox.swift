// The smallest box around points whose edges run along their principal axes, found by Jacobi's rotations.

import Domain
import Glibc

struct PrincipalBox {
    private let width: Int
    private let mean: [Double]
    /// Unit vectors, one a row.
    private let axes: VectorTable
    private var ranges: [ClosedRange<Double>]

    init(_ points: VectorTable) {
        width = points.width
        var mean = [Double](repeating: 0, count: width)
        for point in 0..<points.count {
            for (offset, value) in points[point].enumerated() { mean[offset] += value / Double(points.count) }
        }
        self.mean = mean
        let centred = VectorTable(
            width: width, values: points.values.enumerated().map { $1 - mean[$0 % points.width] })
        axes = Self.axes(of: centred)
        ranges = [ClosedRange<Double>](repeating: 0...0, count: width)
        for point in 0..<centred.count {
            for axis in 0..<width {
                let place = dot(centred[point], axes[axis])
                ranges[axis] = min(ranges[axis].lowerBound, place)...max(ranges[axis].upperBound, place)
            }
        }
    }

    /// Points drawn evenly from the box.
    func points(_ count: Int, _ draws: inout Draws) -> VectorTable {
        var values: [Double] = []
        values.reserveCapacity(count * width)
        for _ in 0..<count {
            var point = mean
            for axis in 0..<width {
                let place =
                    ranges[axis].lowerBound
                    + draws.fraction() * (ranges[axis].upperBound - ranges[axis].lowerBound)
                for (offset, value) in axes[axis].enumerated() { point[offset] += place * value }
            }
            values += point
        }
        return VectorTable(width: width, values: values)
    }

    /// Turns the covariance until nothing is left off its diagonal; the turns are the axes.
    private static func axes(of centred: VectorTable) -> VectorTable {
        let width = centred.width
        var matrix = centred.gram()
        for row in 0..<width { for column in 0..<row { matrix[column * width + row] = matrix[row * width + column] } }
        var axes = (0..<(width * width)).map { $0 / width == $0 % width ? 1.0 : 0.0 }
        let trace = (0..<width).reduce(0) { $0 + matrix[$1 * width + $1] }
        for _ in 0..<50 {
            var rest = 0.0
            for row in 0..<width { for column in 0..<row { rest += abs(matrix[row * width + column]) } }
            guard rest > 1e-12 * trace else { break }
            for first in 0..<width {
                for second in (first + 1)..<max(width, first + 1) where matrix[first * width + second] != 0 {
                    let slant =
                        (matrix[second * width + second] - matrix[first * width + first])
                        / (2 * matrix[first * width + second])
                    let tangent = (slant < 0 ? -1 : 1) / (abs(slant) + (slant * slant + 1).squareRoot())
                    let cosine = 1 / (tangent * tangent + 1).squareRoot()
                    let sine = tangent * cosine
                    for index in 0..<width {
                        let (left, right) = (matrix[index * width + first], matrix[index * width + second])
                        matrix[index * width + first] = cosine * left - sine * right
                        matrix[index * width + second] = sine * left + cosine * right
                    }
                    for index in 0..<width {
                        let (left, right) = (matrix[first * width + index], matrix[second * width + index])
                        matrix[first * width + index] = cosine * left - sine * right
                        matrix[second * width + index] = sine * left + cosine * right
                        let (up, down) = (axes[first * width + index], axes[second * width + index])
                        axes[first * width + index] = cosine * up - sine * down
                        axes[second * width + index] = sine * up + cosine * down
                    }
                }
            }
        }
        return VectorTable(width: width, values: axes)
    }
}
