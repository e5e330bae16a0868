// A ridge regression, for what grows along a column everywhere: where the signal is a hundredth of the noise, as in
// uplift, one line through all rows sees what a tree cannot.
// Source: Hoerl and Kennard (1970).

import Domain
import Market

enum LinearSlopes {
    /// More columns than this take longer than they are worth.
    private static let mostColumns = 300
    /// The penalty that is right when the columns together explain a hundredth of the variance.
    static let uplift = 100.0

    /// - Shape: `features` (rows, width) row-major; `targets` (rows,) → (width,), and the value at all zeros.
    /// - Parameter penalty: for each column, in rows.
    /// - Complexity: O(rows · width² + width³).
    static func fit(
        _ features: [Float], width: Int, targets: [Double], penalty: Double = uplift
    ) -> (slopes: [Float], base: Double) {
        let count = Double(max(1, targets.count))
        let mean = targets.reduce(0, +) / count
        guard width <= mostColumns else { return ([Float](repeating: 0, count: width), mean) }
        var means = [Double](repeating: 0, count: width)
        var scales = means
        for row in targets.indices {
            for column in 0..<width { means[column] += Double(features[row * width + column]) / count }
        }
        for row in targets.indices {
            for column in 0..<width {
                let distance = Double(features[row * width + column]) - means[column]
                scales[column] += distance * distance / count
            }
        }
        for column in 0..<width { scales[column] = scales[column].squareRoot() }

        // The lower half of XᵀX + λ, and Xᵀy, of standardised columns.
        var matrix = [Double](repeating: 0, count: width * width)
        var side = [Double](repeating: 0, count: width)
        var standard = side
        for row in targets.indices {
            for column in 0..<width {
                let distance = Double(features[row * width + column]) - means[column]
                standard[column] = scales[column] > 0 ? distance / scales[column] : 0
            }
            for column in 0..<width {
                side[column] += standard[column] * (targets[row] - mean)
                for other in 0...column { matrix[column * width + other] += standard[column] * standard[other] }
            }
        }
        for column in 0..<width { matrix[column * width + column] += penalty * Double(width) }
        let solved = Cholesky.solution(matrix, side)
        let slopes = zip(solved, scales).map { $1 > 0 ? Float($0 / $1) : 0 }
        return (slopes, mean - zip(slopes, means).reduce(0) { $0 + Double($1.0) * $1.1 })
    }
}
