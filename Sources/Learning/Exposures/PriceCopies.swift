// The price by another name: in cents, without tax, as a discount, as a word. A column that prices follow may also be
// what they were set by. Then it must not be dropped: what it does to demand would be taken for what prices do. A copy is
// told from a cause by what it leaves open. What is computed from the price is the same wherever the price is; a cause
// comes with noise.

import Domain

struct PriceCopies {
    /// ln(price / reference).
    private let logPrices: [Double]
    private let logReferences: [Double]

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
        logReferences = table.referencePrices.map(logarithm)
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

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
}
