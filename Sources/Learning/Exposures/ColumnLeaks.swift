// Columns that know too much: what was written after the purchase, and the price by another name. Judged as a model would
// use them: a number by its order, a column of words by how often its words bought in the other half of the rows, and
// both by where they are blank.
//
// A column that prices follow may also be what they were set by. Then it must not be dropped: what it does to demand
// would be taken for what prices do. A copy is told from a cause by what it leaves open. What is computed from the price
// is the same wherever the price is; a cause comes with noise.

import Domain

struct ColumnLeaks {
    private let labels: [Int]
    /// ln(price / reference).
    private let logPrices: [Double]
    private let logReferences: [Double]
    /// Prices were nearly certain, and the file says how nearly: columns may have decided them.
    private let wereDecided: Bool

    /// A column that tells buyers from others this well knows what happened after the price was shown.
    static let leakingArea = 0.97
    /// A column that follows the price this closely is the price, by another name, or what it was set by.
    static let priceCorrelation = 0.98
    /// Of the rows of a copy that may say something else.
    private static let mistaken = 0.002
    /// Of the rows at a price, that say the same: fewer are unusual.
    private static let unusual = 0.05
    /// Standard deviations by which a number may differ from what is usual.
    private static let roughness = 0.02
    /// Prices are compared in cells this wide, as logarithms, and with those so many cells away.
    private static let grain = 0.002
    private static let reach = 3
    /// Mean propensity above which prices were decided.
    private static let decided = 0.9
    /// Of a word, below which it counts with the other rare ones.
    private static let frequent = 20
    /// Everybody counts as this many rows of each word's own.
    private static let strength = 5.0

    init(_ table: ExposureTable) {
        labels = table.bought.map { $0 ? 1 : 0 }
        logPrices = table.logRelativePrices.map(Double.init)
        logReferences = table.referencePrices.map(logarithm)
        wereDecided =
            !table.propensities.isEmpty
            && table.propensities.reduce(0, +) > Self.decided * Double(table.propensities.count)
    }

    enum Finding: Equatable {
        /// Why it is no feature.
        case useless(String)
        /// Prices follow it, and are not all of it: what was found, for an error.
        case decidesPrices(String)
    }

    /// - Returns: nil where nothing speaks against a column.
    func finding(_ column: FeatureColumn) -> Finding? {
        if let area = leakingArea(column) {
            return .useless(
                "it tells buyers from others almost by itself (AUC \(rounded(area))), "
                    + "so it was probably written after the purchase")
        }
        let likeness = likenesses(column).map(abs).max() ?? 0
        guard likeness > Self.priceCorrelation, !wereDecided else { return nil }
        guard isCopy(column) else { return .decidesPrices("prices that follow it (correlation \(rounded(likeness)))") }
        return .useless(
            "it is the price shown by another name (correlation \(rounded(likeness))); if prices were set by it, nothing "
                + "can be learned from this file")
    }

    /// The area under the curve of a column that knows too much; nil of every other.
    func leakingArea(_ column: FeatureColumn) -> Double? {
        let area = areas(column).map { max($0, 1 - $0) }.max() ?? 0
        return area > Self.leakingArea ? area : nil
    }

    /// Whether the column can be computed from the price: hardly a row says what is unusual at its price. Near the edges
    /// of what was rounded two values are usual.
    private func isCopy(_ column: FeatureColumn) -> Bool {
        switch column {
        case .levels(let texts):
            return hasFewOddities(over: logPrices) { near in
                var counts: [String: Int] = [:]
                for row in near { counts[texts[row], default: 0] += 1 }
                return { Double(counts[texts[$0]] ?? 0) >= Self.unusual * Double(near.count) }
            }
        case .numbers(let values), .hours(let values):
            return readings(values).contains { reading in
                guard abs(ExposureChecks.correlation(reading.values, reading.prices)) > Self.priceCorrelation else {
                    return false
                }
                let slack = Self.roughness * Self.deviation(reading.values)
                return hasFewOddities(over: reading.prices) { near in
                    let sorted = near.map { reading.values[$0] }.sorted()
                    let cut = Int(Self.unusual * Double(sorted.count))
                    let usual = (sorted[cut] - slack)...(sorted[sorted.count - 1 - cut] + slack)
                    return { usual.contains(reading.values[$0]) }
                }
            }
        }
    }

    /// A column of numbers as it is and, if it may be an amount, relative to the reference price as prices are; with the
    /// prices of its rows.
    private func readings(_ column: [Float]) -> [(values: [Double], prices: [Double])] {
        let known = column.indices.filter { !column[$0].isNaN }
        guard known.count >= ExposureChecks.fewestRows else { return [] }
        let prices = known.map { logPrices[$0] }
        let itself = (values: known.map { Double(column[$0]) }, prices: prices)
        guard known.allSatisfy({ column[$0] > 0 }) else { return [itself] }
        return [itself, (known.map { logarithm(Double(column[$0])) - logReferences[$0] }, prices)]
    }

    /// - Parameters:
    ///   - prices: relative logarithms, one a row.
    ///   - usual: says of rows at nearly one price which of them are as most are.
    private func hasFewOddities(over prices: [Double], _ usual: ([Int]) -> (Int) -> Bool) -> Bool {
        var cells: [Int: [Int]] = [:]
        for row in prices.indices { cells[Int((prices[row] / Self.grain).rounded()), default: []].append(row) }
        var oddities = 0
        for (cell, rows) in cells {
            let near = (cell - Self.reach...cell + Self.reach).flatMap { cells[$0] ?? [] }
            let isUsual = usual(near)
            oddities += rows.count { !isUsual($0) }
        }
        return Double(oddities) <= Self.mistaken * Double(prices.count)
    }

    private func areas(_ column: FeatureColumn) -> [Double] {
        switch column {
        case .numbers(let values), .hours(let values):
            let known = values.indices.filter { !values[$0].isNaN }
            let blank = area(values.map { $0.isNaN ? 1 : 0 }, Array(values.indices))
            return [blank, area(values.map(Double.init), known)].compactMap { $0 }
        case .levels(let texts):
            let rates = meansOfTheOtherHalf(texts, labels.map(Double.init))
            return [area(rates, Array(texts.indices))].compactMap { $0 }
        }
    }

    private func area(_ values: [Double], _ rows: [Int]) -> Double? {
        guard rows.count >= ExposureChecks.fewestRows else { return nil }
        return Evaluation.ranking(rows.map { values[$0] }, rows.map { Float(labels[$0]) }).auc
    }

    private func likenesses(_ column: FeatureColumn) -> [Double] {
        switch column {
        case .numbers(let values), .hours(let values):
            return readings(values).map { ExposureChecks.correlation($0.values, $0.prices) }
        case .levels(let texts):
            return [ExposureChecks.correlation(meansOfTheOtherHalf(texts, logPrices), logPrices)]
        }
    }

    /// For each row the mean of its word's rows in the other half, rows of every other number being a half.
    private func meansOfTheOtherHalf(_ texts: [String], _ values: [Double]) -> [Double] {
        var counts: [String: Int] = [:]
        for text in texts { counts[text, default: 0] += 1 }
        // One word for all that are rare.
        let words = texts.map { (counts[$0] ?? 0) >= Self.frequent ? $0 : nil }
        var sums: [[String?: (count: Double, sum: Double)]] = [[:], [:]]
        for row in words.indices {
            let known = sums[row % 2][words[row]] ?? (0, 0)
            sums[row % 2][words[row]] = (known.count + 1, known.sum + values[row])
        }
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        return words.indices.map { row in
            let known = sums[1 - row % 2][words[row]] ?? (0, 0)
            return (known.sum + Self.strength * mean) / (known.count + Self.strength)
        }
    }

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    private func rounded(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
}
