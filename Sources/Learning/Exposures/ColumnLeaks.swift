// Columns that know too much: what was written after the purchase, and the price by another name. Judged as a model would
// use them: a number by its order, a column of words by how often its words bought in the other half of the rows, and
// both by where they are blank.

import Domain

struct ColumnLeaks {
    private let labels: [Int]
    /// ln(price / reference).
    private let logPrices: [Double]
    private let logReferences: [Double]

    /// A column that tells buyers from others this well knows what happened after the price was shown.
    static let leakingArea = 0.97
    /// A column that follows the price this closely is the price, by another name.
    static let priceCorrelation = 0.98
    /// Of a word, below which it counts with the other rare ones.
    private static let frequent = 20
    /// Everybody counts as this many rows of each word's own.
    private static let strength = 5.0

    init(_ table: ExposureTable) {
        labels = table.bought.map { $0 ? 1 : 0 }
        logPrices = table.logRelativePrices.map(Double.init)
        logReferences = table.referencePrices.map(logarithm)
    }

    /// Why a column is no feature; nil where nothing speaks against it.
    func reason(_ column: FeatureColumn) -> String? {
        let area = areas(column).map { max($0, 1 - $0) }.max() ?? 0
        if area > Self.leakingArea {
            return "it tells buyers from others almost by itself (AUC \(rounded(area))), "
                + "so it was probably written after the purchase"
        }
        let likeness = likenesses(column).map(abs).max() ?? 0
        if likeness > Self.priceCorrelation {
            return "it follows the price shown (correlation \(rounded(likeness))), which the model is to vary"
        }
        return nil
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
            let known = values.indices.filter { !values[$0].isNaN }
            let amounts = known.filter { values[$0] > 0 }
            guard known.count >= ExposureChecks.fewestRows else { return [] }
            let itself = ExposureChecks.correlation(known.map { Double(values[$0]) }, known.map { logPrices[$0] })
            guard amounts.count == known.count else { return [itself] }
            // The price in the currency rather than relative to the reference.
            let relative = amounts.map { logarithm(Double(values[$0])) - logReferences[$0] }
            return [itself, ExposureChecks.correlation(relative, amounts.map { logPrices[$0] })]
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

    private func rounded(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
}
