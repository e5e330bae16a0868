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
        var gram = centred.gram()
        for row in 0..<width { for column in 0..<row { gram[column * width + row] = gram[row * width + column] } }
        axes = VectorTable(width: width, values: PrincipalAxes(symmetric: gram).vectors)
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
}
