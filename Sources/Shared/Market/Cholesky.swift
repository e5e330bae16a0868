/// Small symmetric systems of equations.
package enum Cholesky {
    /// Solves A·x = b by A = L·Lᵀ. O(n³).
    /// - Shape: `matrix` (n, n) row-major, symmetric and positive definite; `right` (n).
    package static func solution(_ matrix: [Double], _ right: [Double]) -> [Double] {
        let count = right.count
        var lower = matrix
        var values = right
        for row in 0..<count {
            for column in 0...row {
                var sum = matrix[row * count + column]
                for inner in 0..<column { sum -= lower[row * count + inner] * lower[column * count + inner] }
                // A ridge keeps the diagonal away from zero; rounding must not bring it back.
                lower[row * count + column] =
                    row == column ? max(sum, 1e-12).squareRoot() : sum / lower[column * count + column]
            }
        }
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
