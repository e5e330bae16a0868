// The eigenvectors of a small symmetric matrix by Jacobi's rotations: it is turned until nothing is left off its
// diagonal, and the turns are the axes. Slower than reducing to three diagonals first, exact to the last digits, and short.

import Glibc

public struct PrincipalAxes {
    /// Unit vectors, one a row; (width, width) row-major.
    public let vectors: [Double]
    /// Eigenvalues, in the order of the vectors; (width,).
    public let values: [Double]

    /// - Parameter matrix: symmetric, (width, width) row-major, finite.
    /// - Complexity: about ten sweeps of width³.
    public init(symmetric source: [Double]) {
        var matrix = source
        let width = Int(Double(matrix.count).squareRoot().rounded())
        precondition(width * width == matrix.count, "a square matrix")
        var axes = (0..<(width * width)).map { $0 / max(1, width) == $0 % max(1, width) ? 1.0 : 0.0 }
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
        vectors = axes
        values = (0..<width).map { matrix[$0 * width + $0] }
    }

    /// The unit vector at a place; (width,).
    public func axis(_ place: Int) -> ArraySlice<Double> {
        vectors[(place * values.count)..<((place + 1) * values.count)]
    }
}
