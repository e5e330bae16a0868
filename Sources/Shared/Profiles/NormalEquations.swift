// Ridge regression of one row: (Σ w·v·vᵀ + diag(penalty))·x = Σ w·t·v, solved by Cholesky's factorisation. The systems
// are small (a factor count wide) and there are many of them, so each is solved in place in one buffer; a library's
// call would cost as much as its work.

import Glibc

/// One row's normal equations. Holds the lower triangle, shape (width, width), row-major.
struct NormalEquations {
    private let width: Int
    private var matrix: [Double]
    private(set) var right: [Double]

    init(width: Int) {
        self.width = width
        matrix = [Double](repeating: 0, count: width * width)
        right = [Double](repeating: 0, count: width)
    }

    /// Starts anew from a lower triangle, shape (width, width), for example the weight that every item has.
    mutating func start(from triangle: [Double]) {
        for index in matrix.indices { matrix[index] = triangle[index] }
        for index in right.indices { right[index] = 0 }
    }

    mutating func start() {
        for index in matrix.indices { matrix[index] = 0 }
        for index in right.indices { right[index] = 0 }
    }

    mutating func penalise(_ place: Int, by penalty: Double) { matrix[place * width + place] += penalty }

    /// Adds an observation. O(width²).
    mutating func add(_ vector: ArraySlice<Double>, weight: Double, target: Double) {
        let start = vector.startIndex
        for row in 0..<width {
            let weighted = weight * vector[start + row]
            for column in 0...row { matrix[row * width + column] += weighted * vector[start + column] }
            right[row] += weighted * target
        }
    }

    /// Solves in place: `right` becomes the solution. O(width³).
    /// - Returns: false when the matrix is not positive definite; `right` is then all zeros.
    mutating func solve() -> Bool {
        // L·Lᵀ = A, L over A.
        for column in 0..<width {
            var pivot = matrix[column * width + column]
            for inner in 0..<column { pivot -= matrix[column * width + inner] * matrix[column * width + inner] }
            guard pivot > 0, pivot.isFinite else {
                for index in right.indices { right[index] = 0 }
                return false
            }
            let root = pivot.squareRoot()
            matrix[column * width + column] = root
            for row in (column + 1)..<max(width, column + 1) {
                var value = matrix[row * width + column]
                for inner in 0..<column { value -= matrix[row * width + inner] * matrix[column * width + inner] }
                matrix[row * width + column] = value / root
            }
        }
        // L·y = right, then Lᵀ·x = y.
        for row in 0..<width {
            for inner in 0..<row { right[row] -= matrix[row * width + inner] * right[inner] }
            right[row] /= matrix[row * width + row]
        }
        for row in (0..<width).reversed() {
            for inner in (row + 1)..<max(width, row + 1) { right[row] -= matrix[inner * width + row] * right[inner] }
            right[row] /= matrix[row * width + row]
        }
        return true
    }
}
