/// Small symmetric systems of equations.
package enum Cholesky {
    /// Solves A·x = b by A = L·Lᵀ. O(n³).
    /// - Shape: `matrix` (n, n) row-major, symmetric and positive definite, of which the lower half is read; `right` (n).
    package static func solution(_ matrix: [Double], _ right: [Double]) -> [Double] {
        solution(lower(matrix, count: right.count), right: right)
    }

    /// The same, and the diagonal of A⁻¹: the sum of squares of each column of L⁻¹. O(n³).
    package static func solutionAndVariances(
        _ matrix: [Double], _ right: [Double]
    ) -> (solution: [Double], variances: [Double]) {
        let count = right.count
        let lower = lower(matrix, count: count)
        var column = [Double](repeating: 0, count: count)
        let variances = (0..<count).map { start in
            var squares = 0.0
            for row in start..<count {
                var sum = row == start ? 1.0 : 0
                for inner in start..<row { sum -= lower[row * count + inner] * column[inner] }
                column[row] = sum / lower[row * count + row]
                squares += column[row] * column[row]
            }
            return squares
        }
        return (solution(lower, right: right), variances)
    }

    private static func lower(_ matrix: [Double], count: Int) -> [Double] {
        var lower = matrix
        for row in 0..<count {
            for column in 0...row {
                var sum = matrix[row * count + column]
                for inner in 0..<column { sum -= lower[row * count + inner] * lower[column * count + inner] }
                // A ridge keeps the diagonal away from zero; rounding must not bring it back.
                lower[row * count + column] =
                    row == column ? max(sum, 1e-12).squareRoot() : sum / lower[column * count + column]
            }
        }
        return lower
    }

    private static func solution(_ lower: [Double], right: [Double]) -> [Double] {
        let count = right.count
        var values = right
        for row in 0..<count {
            for inner in 0..<row { values[row] -= lower[row * count + inner] * values[inner] }
            values[row] /= lower[row * count + row]
        }
        for row in (0..<count).reversed() {
            for inner in (row + 1)..<count { values[row] -= lower[inner * count + row] * values[inner] }
            values[row] /= lower[row * count + row]
        }
        return values
    }
}
