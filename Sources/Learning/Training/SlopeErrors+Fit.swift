// How far off the slopes of a model may be, by how far those of half of the shoppers are from those of all.

import Domain
import Glibc
import Models

extension SlopeErrors {
    /// Fewer rows say nothing; more say the same.
    static let rows = 200...40_000
    /// What is shrunk alike in both is no difference between them: on known-truth worlds of three smooth laws, 12,000 to
    /// 192,000 rows, the true error was 1.46 to 1.62 times as large.
    private static let widening = 1.5
    /// Of a normal distribution, within one standard deviation.
    private static let central = 0.682_7

    /// - Parameters:
    ///   - errors: of ln slope, by row, as luck of who was there makes them.
    ///   - logSlopes: of the model, by row.
    ///   - items: by row; shoppers differ in how far their slopes for one item do.
    /// - Returns: nil of too few rows.
    init?(errors: [Double], logSlopes: [Double], items: [Int]) {
        let usable = errors.indices.filter { errors[$0].isFinite && logSlopes[$0].isFinite }
        guard usable.count >= Self.rows.lowerBound else { return nil }
        let sizes = usable.map { abs(errors[$0]) }.sorted()
        let known = Self.widening * sizes[Int(Self.central * Double(sizes.count - 1))]
        // Summed in the order of the rows: a dictionary's own differs from run to run, and so would the last digit.
        var sums: [Int: (logSlope: Double, rows: Double)] = [:]
        for row in usable {
            sums[items[row], default: (0, 0)].logSlope += logSlopes[row]
            sums[items[row], default: (0, 0)].rows += 1
        }
        let squares = usable.reduce(0.0) { squares, row in
            let ofItem = sums[items[row], default: (0, 1)]
            let difference = logSlopes[row] - ofItem.logSlope / ofItem.rows
            return squares + difference * difference
        }
        self.init(known: known, newcomer: (known * known + squares / Double(usable.count)).squareRoot())
    }
}
