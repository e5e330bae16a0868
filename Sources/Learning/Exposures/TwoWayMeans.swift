// A table of noisy cells as row effects + column effects + what is left, the last as far as it is more than noise.

/// A number with its information, 1 / variance; 0 for a cell without rows.
struct CellEstimate {
    var value: Double
    var information: Double
}

struct TwoWayMeans {
    /// (rows + 1, columns + 1) row-major; the last row and column for levels that nobody has seen.
    let values: [Float]
    /// Cells with information.
    let filled: Int
    /// Degrees of freedom of what is left.
    let freedom: Int
    /// Standard deviations of Cochran's Q above what chance gives.
    let excess: Double

    private static let passes = 30

    /// - Shape: `cells` (shape.0, shape.1) row-major.
    init(_ cells: [CellEstimate], shape: (Int, Int)) {
        let (rows, columns) = shape
        let total = cells.reduce(0) { $0 + $1.information }
        let mean = cells.reduce(0) { $0 + $1.value * $1.information } / max(total, .leastNormalMagnitude)
        var left = [Double](repeating: 0, count: rows)
        var right = [Double](repeating: 0, count: columns)
        // A level with hardly any rows stays near the mean.
        let ridge = 1e-3 * total / Double(max(1, cells.count))
        // Backfitting: each side's weighted means of what the other leaves.
        for _ in 0..<Self.passes {
            for row in 0..<rows {
                var (sum, weight) = (0.0, ridge)
                for column in 0..<columns {
                    let cell = cells[row * columns + column]
                    sum += cell.information * (cell.value - mean - right[column])
                    weight += cell.information
                }
                left[row] = weight > 0 ? sum / weight : 0
            }
            for column in 0..<columns {
                var (sum, weight) = (0.0, ridge)
                for row in 0..<rows {
                    let cell = cells[row * columns + column]
                    sum += cell.information * (cell.value - mean - left[row])
                    weight += cell.information
                }
                right[column] = weight > 0 ? sum / weight : 0
            }
        }
        filled = cells.count { $0.information > 0 }
        let usedRows = (0..<rows).count { row in (0..<columns).contains { cells[row * columns + $0].information > 0 } }
        let usedColumns = (0..<columns).count { column in
            (0..<rows).contains { cells[$0 * columns + column].information > 0 }
        }
        freedom = filled - (usedRows + usedColumns - 1)
        var (chance, squares) = (0.0, 0.0)
        for row in 0..<rows {
            for column in 0..<columns {
                let cell = cells[row * columns + column]
                let rest = cell.value - mean - left[row] - right[column]
                chance += cell.information * rest * rest
                squares += cell.information * cell.information
            }
        }
        excess = freedom > 0 ? (chance - Double(freedom)) / (2 * Double(freedom)).squareRoot() : 0
        // Between the cells, scaled by the share of freedom that the additive part has left them.
        let share = Double(max(freedom, 0)) / Double(max(1, filled))
        let scale = share * (total - squares / max(total, .leastNormalMagnitude))
        let variance = scale > 0 ? max(0, (chance - Double(freedom)) / scale) : 0
        var values = [Float](repeating: 0, count: (rows + 1) * (columns + 1))
        for row in 0...rows {
            for column in 0...columns {
                var value = mean + (row < rows ? left[row] : 0) + (column < columns ? right[column] : 0)
                if row < rows, column < columns, variance > 0 {
                    let cell = cells[row * columns + column]
                    let kept = cell.information * variance / (1 + cell.information * variance)
                    value += kept * (cell.value - mean - left[row] - right[column])
                }
                values[row * (columns + 1) + column] = Float(value)
            }
        }
        self.values = values
    }
}
