import Testing

import Market

@Suite struct CholeskyTests {
    @Test func aSolvedSystemIsSolved() {
        let solution = Cholesky.solution([4, 2, 0, 2, 5, 1, 0, 1, 3], [8, 9, -1])
        for (row, right) in zip([[4.0, 2, 0], [2, 5, 1], [0, 1, 3]], [8.0, 9, -1]) {
            #expect(abs(zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 } - right) < 1e-12)
        }
    }

    @Test func variancesAreTheDiagonalOfTheInverse() {
        let matrix: [Double] = [4, 2, 0, 2, 5, 1, 0, 1, 3]
        let solved = Cholesky.solutionAndVariances(matrix, [8, 9, -1])
        #expect(solved.solution == Cholesky.solution(matrix, [8, 9, -1]))
        for place in 0..<3 {
            var unit = [0.0, 0, 0]
            unit[place] = 1
            #expect(abs(solved.variances[place] - Cholesky.solution(matrix, unit)[place]) < 1e-12)
        }
    }
}
