// What an analyst wants to be told before anything is learned: what was dropped and why, what looks like a mistake,
// and what no model can be made of.

import Domain

/// What was found in a table of exposures.
public struct ExposureFindings: Equatable, Sendable {
    /// Rows that were dropped because an earlier one is the same exposure.
    public var duplicates = 0
    /// Lines of rows that were dropped because hardly any other was shown such a price.
    public var strayLines: [Int] = []
    /// Columns that were dropped, with the reason.
    public var droppedColumns: [String: String] = [:]

    /// One sentence for each finding.
    public var sentences: [String] {
        var sentences: [String] = []
        if duplicates > 0 {
            sentences.append("\(duplicates) rows repeat an earlier one (same user, item and time) and were dropped")
        }
        if !strayLines.isEmpty {
            let lines = strayLines.prefix(5).map { "\($0)" }.joined(separator: ", ")
            sentences.append(
                "\(strayLines.count) rows show prices that hardly any other shows, relative to the reference price, and were "
                    + "dropped (lines \(lines)\(strayLines.count > 5 ? ", …" : ""))")
        }
        return sentences
            + droppedColumns.sorted { $0.key < $1.key }.map { "column “\($0.key)” was dropped: \($0.value)" }
    }
}

package enum ExposureChecks {
    /// Fewer rows carry no fit.
    static let fewestRows = 1_000
    /// |ln(price / reference)| above this is a mistake and no offer: a tenth, or ten times as much.
    static let farthest = 2.302_585

    /// Drops what repeats and what leaks.
    /// - Throws: when no model can be learned from the rows.
    package static func clean(
        _ raw: ExposureTable
    ) throws(LearningError) -> (table: ExposureTable, findings: ExposureFindings) {
        var findings = ExposureFindings()
        var table = raw.distinct
        findings.duplicates = raw.count - table.count
        try refuseFewRows(table)
        try refuseOneClass(table)
        try refuseAbsurdPrices(table)
        let strays = StrayPrices.rows(table.logRelativePrices)
        findings.strayLines = strays.map { table.lines[$0] }
        if !strays.isEmpty {
            let dropped = Set(strays)
            table = table.rows(at: table.users.indices.filter { !dropped.contains($0) })
            try refuseFewRows(table)
            try refuseOneClass(table)
        }
        try refuseConstantPrices(table)
        let leaks = ColumnLeaks(table)
        for column in table.features {
            if let reason = leaks.reason(column.values) { findings.droppedColumns[column.name] = reason }
        }
        findings.droppedColumns.merge(ColumnSelection.redundant(table)) { leak, _ in leak }
        table.drop(Set(findings.droppedColumns.keys))
        return (table, findings)
    }

    // MARK: - What no model can be made of

    private static func refuseFewRows(_ table: ExposureTable) throws(LearningError) {
        guard table.count < fewestRows else { return }
        throw LearningError(
            place: table.file, value: "\(table.count) different exposures",
            remedy: "Give at least \(fewestRows); below that nothing can be said of anybody's price response.")
    }

    static func refuseOneClass(_ table: ExposureTable) throws(LearningError) {
        let buyers = table.bought.count { $0 }
        guard buyers == 0 || buyers == table.count else { return }
        throw LearningError(
            place: "\(table.file):bought", value: "\(buyers) purchases in \(table.count) exposures",
            remedy: "Give exposures that were bought and exposures that were not.")
    }

    private static func refuseAbsurdPrices(_ table: ExposureTable) throws(LearningError) {
        let prices = table.logRelativePrices
        let absurd = prices.indices.filter { abs(Double(prices[$0])) > farthest }
        guard let first = absurd.first else { return }
        let lines = absurd.prefix(5).map { "\(table.lines[$0])" }.joined(separator: ", ")
        throw LearningError(
            place: "\(table.file):\(table.lines[first]):price", value: "\(table.prices[first])",
            remedy: """
                The reference price is \(table.referencePrices[first]): correct whichever is wrong \
                (\(absurd.count) rows, lines \(lines)\(absurd.count > 5 ? ", …" : "")).
                """)
    }

    private static func refuseConstantPrices(_ table: ExposureTable) throws(LearningError) {
        let prices = table.logRelativePrices
        guard let low = prices.min(), let high = prices.max(), high - low < 0.005 else { return }
        throw LearningError(
            place: "\(table.file):\(table.lines[0])–\(table.lines[table.count - 1]):price",
            value: "always about \(table.prices[0] / table.referencePrices[0]) of the reference price",
            remedy: "Nothing can be learned of prices that never moved: show different prices first.")
    }

    static func correlation(_ first: [Double], _ second: [Double]) -> Double {
        let count = Double(max(1, first.count))
        let means = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        var (cross, squares) = (0.0, (0.0, 0.0))
        for (a, b) in zip(first, second) {
            cross += (a - means.0) * (b - means.1)
            squares.0 += (a - means.0) * (a - means.0)
            squares.1 += (b - means.1) * (b - means.1)
        }
        return squares.0 > 0 && squares.1 > 0 ? cross / (squares.0 * squares.1).squareRoot() : 0
    }
}
