// What an analyst wants to be told before anything is learned: what was dropped and why, what looks like a mistake,
// and what no model can be made of.

import Domain

/// What was found in a table of exposures.
public struct ExposureFindings: Equatable, Sendable {
    /// Rows that were dropped because an earlier one is the same exposure.
    public var duplicates = 0
    /// How many of these say another price or outcome than the one that was kept.
    public var contradictions = 0
    /// Line of the first of those.
    public var contradictoryLine: Int?
    /// Lines of rows that were dropped because hardly any other was shown such a price.
    public var strayLines: [Int] = []
    /// Lines of rows that cost as much as their price, or more.
    public var costlyLines: [Int] = []
    /// Columns that were dropped, with the reason.
    public var droppedColumns: [String: String] = [:]
    /// Fixed columns that tell buyers from others almost by themselves.
    public var suspects: [String] = []
    /// Columns of words, most of which are numbers in another spelling.
    public var spelledNumbers: [String] = []
    /// Sentences on columns that may be of another kind than the one inferred.
    public var doubts: [String] = []

    /// One sentence for each finding.
    public var sentences: [String] {
        var sentences: [String] = []
        if duplicates > 0 {
            let others =
                contradictoryLine.map {
                    "; \(contradictions) of them say another price or outcome (first in line \($0)): where a shopper came "
                        + "again, say when, and correct what is wrong"
                } ?? ""
            sentences.append(
                "\(duplicates) rows repeat an earlier one (same user, item and time) and were dropped\(others)")
        }
        if !strayLines.isEmpty {
            let lines = strayLines.prefix(5).map { "\($0)" }.joined(separator: ", ")
            sentences.append(
                "\(strayLines.count) rows show prices that hardly any other shows, relative to the reference price, and were "
                    + "dropped (lines \(lines)\(strayLines.count > 5 ? ", …" : ""))")
        }
        if !costlyLines.isEmpty {
            let lines = costlyLines.prefix(5).map { "\($0)" }.joined(separator: ", ")
            sentences.append(
                "\(costlyLines.count) rows cost as much as their price or more (lines "
                    + "\(lines)\(costlyLines.count > 5 ? ", …" : "")): correct them unless they were sold at a loss")
        }
        sentences += suspects.map {
            "column “\($0)” tells buyers from others almost by itself: it was probably written after the purchase, and "
                + "nothing said here can be believed before that is corrected"
        }
        sentences += doubts
        sentences += spelledNumbers.map {
            "column “\($0)” was read as words, though most are numbers in another spelling: write them as 1234.5"
        }
        return sentences
            + droppedColumns.sorted { $0.key < $1.key }.map { "column “\($0.key)” was dropped: \($0.value)" }
    }
}

package enum ExposureChecks {
    /// Fewer rows carry no fit.
    static let fewestRows = 1_000
    /// Purchases, or exposures without, that are too few to be held out from.
    static let fewestOfEither = 20
    /// |ln(price / reference)| above this is a mistake and no offer: a tenth, or ten times as much.
    static let farthest = 2.302_585

    /// Drops what repeats and what leaks.
    /// - Throws: when no model can be learned from the rows.
    package static func clean(
        _ raw: ExposureTable
    ) throws(LearningError) -> (table: ExposureTable, findings: ExposureFindings) {
        var findings = ExposureFindings()
        let ordered = raw.ordered
        var table = ordered.distinct
        findings.doubts = raw.doubts
        findings.duplicates = raw.count - table.count
        (findings.contradictions, findings.contradictoryLine) = ordered.contradictions
        try refuseFewRows(table)
        try refuseOneClass(table)
        try refuseFewOfEither(table)
        try refuseAbsurd("price", table.prices, table) { abs($0) > farthest }
        try refuseAbsurd("unit_cost", table.unitCosts, table) { $0 > farthest }
        try refuseCostsAbovePrices(table)
        findings.costlyLines = table.prices.indices.filter { table.unitCosts[$0] >= table.prices[$0] }
            .map { table.lines[$0] }
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
            switch leaks.finding(column.values) {
            case .useless(let reason): findings.droppedColumns[column.name] = reason
            case .decidesPrices(let found):
                throw LearningError(
                    place: "\(table.file):1:\(column.name)", value: found,
                    remedy: "\(showSomeByLot) If it was computed from the price, take it out of the file.")
            case nil: break
            }
        }
        for (name, column) in fixedColumns(table) where name != "time" {
            if let found = leaks.deciding(column) {
                throw LearningError(place: "\(table.file):1:\(name)", value: found, remedy: showSomeByLot)
            }
        }
        findings.suspects = suspects(table, leaks)
        findings.spelledNumbers = table.features.filter { SpelledNumbers.are($0.values) }.map(\.name)
        findings.droppedColumns.merge(ColumnSelection.redundant(table)) { leak, _ in leak }
        table.drop(Set(findings.droppedColumns.keys))
        return (table, findings)
    }

    static let showSomeByLot = "What prices do cannot be told from what it does: show some prices by lot."

    private static func suspects(_ table: ExposureTable, _ leaks: ColumnLeaks) -> [String] {
        fixedColumns(table).filter { leaks.leakingArea($0.column) != nil }.map(\.name)
    }

    /// What every exposure says of itself, as columns that may know too much. None of it can be left out.
    private static func fixedColumns(_ table: ExposureTable) -> [(name: String, column: FeatureColumn)] {
        let minutes = table.times.map { Float(($0.milliseconds / 60_000 % 1_440 + 1_440) % 1_440) }
        return [
            ("item", .levels(table.items)), ("time", .numbers(minutes)),
            ("reference_price", .numbers(table.referencePrices.map(Float.init))),
            ("unit_cost", .numbers(zip(table.unitCosts, table.referencePrices).map { Float($0 / $1) })),
        ]
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

    private static func refuseFewOfEither(_ table: ExposureTable) throws(LearningError) {
        let buyers = table.bought.count { $0 }
        guard min(buyers, table.count - buyers) < fewestOfEither else { return }
        throw LearningError(
            place: "\(table.file):bought", value: "\(buyers) purchases in \(table.count) exposures",
            remedy: "Give at least \(fewestOfEither) exposures that were bought, and as many that were not.")
    }

    private static func refuseCostsAbovePrices(_ table: ExposureTable) throws(LearningError) {
        guard zip(table.unitCosts, table.prices).allSatisfy({ $0 >= $1 }) else { return }
        throw LearningError(
            place: "\(table.file):\(table.lines[0]):unit_cost", value: "\(table.unitCosts[0])",
            remedy: "No price in the file is above its cost: give what one unit costs, in the currency of the prices.")
    }

    /// - Parameter isAbsurd: of ln(amount / reference).
    private static func refuseAbsurd(
        _ name: String, _ amounts: [Double], _ table: ExposureTable, _ isAbsurd: (Double) -> Bool
    ) throws(LearningError) {
        let absurd = amounts.indices.filter { isAbsurd(logarithm(amounts[$0] / table.referencePrices[$0])) }
        guard let first = absurd.first else { return }
        let lines = absurd.prefix(5).map { "\(table.lines[$0])" }.joined(separator: ", ")
        throw LearningError(
            place: "\(table.file):\(table.lines[first]):\(name)", value: "\(amounts[first])",
            remedy: """
                The reference price is \(table.referencePrices[first]): correct whichever is wrong \
                (\(absurd.count) rows, lines \(lines)\(absurd.count > 5 ? ", …" : "")).
                """)
    }

    private static func refuseConstantPrices(_ table: ExposureTable) throws(LearningError) {
        let prices = table.logRelativePrices
        guard let low = prices.min(), let high = prices.max(), high - low < 0.005 else { return }
        throw LearningError(
            place: "\(table.file):\(table.lines.min() ?? 0)–\(table.lines.max() ?? 0):price",
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
