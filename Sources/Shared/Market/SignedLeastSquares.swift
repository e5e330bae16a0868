// Least squares whose coefficients may have to have a sign. Of a handful of columns every choice of those that are 0 can
// be tried; as the sum of squares is convex, the best of the choices whose signs are right is the solution.

/// ½ xᵀAx − bᵀx, least, with signs.
struct SignedLeastSquares {
    /// Symmetric, positive definite; (columns, columns).
    let matrix: [Double]
    /// Shape (columns).
    let right: [Double]
    /// −1 for never above 0, 1 for never below, 0 for either; (columns).
    let signs: [Int]

    /// O(2^signed · columns³), mostly O(columns³): signs are mostly right by themselves.
    var solution: [Double] {
        let free = solution(without: [])
        if hasSigns(free) { return free }
        let signed = signs.indices.filter { signs[$0] != 0 }
        var best = (loss: Double.infinity, solution: [Double](repeating: 0, count: right.count))
        for choice in 1..<(1 << signed.count) {
            let candidate = solution(without: signed.indices.filter { choice >> $0 & 1 == 1 }.map { signed[$0] })
            guard hasSigns(candidate) else { continue }
            let loss = loss(candidate)
            if loss < best.loss { best = (loss, candidate) }
        }
        return best.solution
    }

    /// The least with some columns at 0.
    private func solution(without zeros: [Int]) -> [Double] {
        var reduced = matrix
        var pulled = right
        for zero in zeros {
            for other in right.indices {
                reduced[zero * right.count + other] = 0
                reduced[other * right.count + zero] = 0
            }
            reduced[zero * right.count + zero] = 1
            pulled[zero] = 0
        }
        return Cholesky.solution(reduced, pulled)
    }

    private func hasSigns(_ candidate: [Double]) -> Bool {
        zip(candidate, signs).allSatisfy { $0 * Double($1) >= 0 }
    }

    private func loss(_ candidate: [Double]) -> Double {
        candidate.indices.reduce(0) { sum, row in
            let product = candidate.indices.reduce(0) { $0 + matrix[row * right.count + $1] * candidate[$1] }
            return sum + candidate[row] * (product / 2 - right[row])
        }
    }
}
