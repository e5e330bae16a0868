// What a policy would have earned, from prices that another one chose: a doubly robust estimate. The model predicts
// every row, and where the logged price is the one the policy asks, its error is added, as often as that price was
// rarely drawn. Wrong in the model or wrong in the chances, but not in both, it is right on average.
// Source: Dudík, Langford and Li (2011).

import Domain
import Glibc

/// An estimate and its standard error.
public struct Estimate: Equatable, Sendable {
    public var value: Double
    public var standardError: Double

    /// Rows of a cluster rise and fall together.
    init(mean values: [Double], _ clusters: RowClusters) {
        let estimate = IntervalEstimate(values, clusters)
        value = estimate.value
        standardError = estimate.standardError
    }

    init(mean values: [Double]) {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        value = mean
        standardError = (squares / max(1, count - 1) / count).squareRoot()
    }
}

/// Rows with everything an estimate needs, priced at levels.
struct PolicyRows {
    /// Expected profit of each row at each level, by the model; (rows, levels).
    private var predicted: [Double] = []
    /// What the model got wrong at the level that was shown, over the chance of that level; (rows,).
    private var corrections: [Double] = []
    private var shown: [Int] = []
    let users: [String]
    private let levels: PriceLevels

    /// - Parameter chances: of the level that each row was shown; (rows,).
    init(_ table: ExposureTable, _ coefficients: Coefficients, _ levels: PriceLevels, chances: [Double]) {
        self.levels = levels
        users = table.users
        let units = UnitsSold(table)
        for row in 0..<table.count {
            let reference = table.referencePrices[row]
            let margins = levels.logPrices.map {
                units.expected(row) * (reference * exponential($0) - table.unitCosts[row])
            }
            let profits = levels.logPrices.indices.map { level in
                margins[level] * coefficients.probability(row, logPrice: levels.logPrices[level])
            }
            let logPrice = logarithm(table.prices[row] / reference)
            let level = levels.nearest(to: logPrice)
            let margin = table.prices[row] - table.unitCosts[row]
            let earned = units.bought(row) * margin
            let expected = units.expected(row) * margin * coefficients.probability(row, logPrice: logPrice)
            predicted += profits
            corrections.append((earned - expected) / chances[row])
            shown.append(level)
        }
    }

    var count: Int { shown.count }

    /// The level of the highest predicted profit; of equals, the cheapest.
    func bestLevel(_ row: Int) -> Int {
        var best = 0
        for level in 1..<levels.count
        where predicted[row * levels.count + level] > predicted[row * levels.count + best] { best = level }
        return best
    }

    /// What the model expects of all rows at a level.
    func predictedTotal(at level: Int) -> Double {
        stride(from: level, to: predicted.count, by: levels.count).reduce(0) { $0 + predicted[$1] }
    }

    /// What each row would have earned; (rows,).
    /// - Parameter policy: the level asked of a row.
    func profits(_ policy: (Int) -> Int) -> [Double] {
        (0..<count).map { row in
            let level = policy(row)
            return predicted[row * levels.count + level] + (shown[row] == level ? corrections[row] : 0)
        }
    }
}

func exponential(_ value: Double) -> Double { exp(value) }
