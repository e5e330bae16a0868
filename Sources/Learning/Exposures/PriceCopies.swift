// The price by another name: in cents, without tax, as a discount, as a word. A column that prices follow may also be
// what they were set by. Then it must not be dropped: what it does to demand would be taken for what prices do. A copy is
// told from a cause by what it leaves open. What is computed from the price is the same wherever the price is; a cause
// comes with noise.

import Domain

struct PriceCopies {
    /// ln(price / reference).
    private let logPrices: [Double]
    private let references: [Double]
    /// Empty where prices follow the costs: so would whatever is added to them.
    private let costs: [Double]

    /// A column that follows the price this closely is the price, by another name, or what it was set by.
    static let correlation = 0.98
    /// Of the rows of a copy that may say something else.
    private static let mistaken = 0.002
    /// Of the rows at a price, that say the same: fewer are unusual.
    private static let unusual = 0.05
    /// Standard deviations by which a number may differ from what is usual.
    private static let roughness = 0.02
    /// Prices are compared in cells this wide, as logarithms, and with those so many cells away.
    private static let grain = 0.002
    private static let reach = 3

    init(_ table: ExposureTable) {
        logPrices = table.logRelativePrices.map(Double.init)
        references = table.referencePrices
        let shares = zip(table.unitCosts, table.referencePrices).map { $0 / $1 }
        let areFollowed = abs(ExposureChecks.correlation(shares, logPrices)) > 0.9
        costs = areFollowed ? [] : table.unitCosts
    }

    /// The size of a column's correlation with the price, 0 to 1.
    func likeness(_ column: FeatureColumn) -> Double {
        switch column {
        case .numbers(let values), .hours(let values):
            readings(values).map { abs(ExposureChecks.correlation($0.values, $0.prices)) }.max() ?? 0
        case .levels(let texts):
            abs(ExposureChecks.correlation(OtherHalfMeans.of(logPrices, by: texts), logPrices))
        }
    }

    /// Whether the column can be computed from the price: hardly a row says what is unusual at its price. Near the edges
    /// of what was rounded two values are usual.
    func includes(_ column: FeatureColumn) -> Bool {
        switch column {
        case .levels(let texts):
            return hasFewOddities(over: logPrices) { near in
                var counts: [String: Int] = [:]
                for row in near { counts[texts[row], default: 0] += 1 }
                return { Double(counts[texts[$0]] ?? 0) >= Self.unusual * Double(near.count) }
            }
        case .numbers(let values), .hours(let values):
            return readings(values).contains { reading in
                guard abs(ExposureChecks.correlation(reading.values, reading.prices)) > Self.correlation else {
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

    /// Whether a column of few values says next to nothing but which price was shown: that there was a deal, for example.
    func tells(_ column: FeatureColumn) -> Bool {
        let few: [Int]? =
            switch column {
            case .levels(let texts): Self.places(texts)
            case .numbers(let numbers), .hours(let numbers): Self.places(numbers.map(\.bitPattern))
            }
        guard let values = few else { return false }
        func others(_ rows: some Collection<Int>) -> Int {
            var counts: [Int: Int] = [:]
            for row in rows { counts[values[row], default: 0] += 1 }
            return rows.count - (counts.values.max() ?? 0)
        }
        let all = Double(values.count)
        guard Double(others(values.indices)) >= Self.unusual * all else { return false }
        let cells = Dictionary(grouping: values.indices) { Int((logPrices[$0] / Self.grain).rounded()) }.values
        // Of a handful of rows any few values agree.
        let full = cells.filter { $0.count >= Self.fullCell }
        return Double(full.reduce(0) { $0 + $1.count }) >= 0.8 * all
            && Double(full.reduce(0) { $0 + others($1) }) <= Self.mistaken * all
    }

    /// Each value's place among the different ones; nil when these are many.
    private static func places<Value: Hashable>(_ values: [Value]) -> [Int]? {
        var places: [Value: Int] = [:]
        return values.reduce(into: [Int]?.some([])) { found, value in
            guard found != nil else { return }
            let place = places[value] ?? places.count
            if place < fewValues { found?.append(place) } else { found = nil }
            places[value] = place
        }
    }

    /// Of a column that says in which way a price was made.
    private static let fewValues = 20
    /// Rows at one price.
    private static let fullCell = 20

    /// A column of numbers as it is and, if it may be an amount, as the price that it may have been computed from,
    /// relative to the reference price: itself, a discount off the reference, a margin above the cost, in money or of the
    /// price. With the prices of its rows.
    private func readings(_ column: [Float]) -> [(values: [Double], prices: [Double])] {
        let known = column.indices.filter { !column[$0].isNaN }
        guard known.count >= ExposureChecks.fewestRows else { return [] }
        let itself = (values: known.map { Double(column[$0]) }, prices: known.map { logPrices[$0] })
        let prices: [(Double, Int) -> Double] = [{ value, _ in value }, { value, row in references[row] - value }]
        let pricesByMargin: [(Double, Int) -> Double] = [
            { value, row in costs[row] + value }, { value, row in costs[row] / (1 - value) },
            { value, row in costs[row] / (1 - value / 100) },
        ]
        return [itself]
            + (prices + (costs.isEmpty ? [] : pricesByMargin)).compactMap { price in
                let relative = known.map { price(Double(column[$0]), $0) / references[$0] }
                guard relative.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
                return (relative.map(logarithm), itself.prices)
            }
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

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
}
