// Columns that know too much: what was written after the purchase, and the price by another name. Judged as a model would
// use them: a number by its order, a column of words by how often its words bought in the other half of the rows, and
// both by where they are blank.

import Domain

struct ColumnLeaks {
    private let labels: [Int]
    private let users: [String]
    private let copies: PriceCopies
    /// Prices were nearly certain, and the file says how nearly: columns may have decided them.
    private let wereDecided: Bool

    /// A column that tells buyers from others this well knows what happened after the price was shown.
    static let leakingArea = 0.97
    /// Mean propensity above which prices were decided.
    private static let decided = 0.9

    init(_ table: ExposureTable) {
        labels = table.bought.map { $0 ? 1 : 0 }
        users = table.users
        copies = PriceCopies(table)
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
        if let group = boughtAlone(column) {
            return .useless(
                "all \(group.rows) rows \(group.name) were bought, so it was probably written after the purchase")
        }
        guard !wereDecided else { return nil }
        let likeness = copies.likeness(column)
        if likeness > PriceCopies.correlation {
            guard copies.includes(column), !sortsShoppers(column) else {
                return .decidesPrices("prices that follow it (correlation \(rounded(likeness)))")
            }
            return .useless(
                "it is the price shown by another name (correlation \(rounded(likeness))); if prices were set by it, "
                    + "nothing can be learned from this file")
        }
        guard copies.tells(column) else { return nil }
        guard !sortsShoppers(column) else { return .decidesPrices("values that have prices of their own") }
        return .useless(
            "it says nothing but which price was shown; if prices were set by it, nothing can be learned from this file"
        )
    }

    /// Whether prices follow a column that cannot be left out; what was found, for an error.
    func deciding(_ column: FeatureColumn) -> String? {
        let likeness = copies.likeness(column)
        guard likeness > PriceCopies.correlation, !wereDecided else { return nil }
        return "prices that follow it (correlation \(rounded(likeness)))"
    }

    /// The area under the curve of a column that knows too much; nil of every other.
    func leakingArea(_ column: FeatureColumn) -> Double? {
        let area = areas(column).map { max($0, 1 - $0) }.max() ?? 0
        return area > Self.leakingArea ? area : nil
    }

    /// Values that only buyers have, which are too many for chance.
    private func boughtAlone(_ column: FeatureColumn) -> (name: String, rows: Int)? {
        var groups: [String: (rows: Int, bought: Int)] = [:]
        func add(_ row: Int, _ group: String) {
            groups[group, default: (0, 0)].rows += 1
            groups[group, default: (0, 0)].bought += labels[row]
        }
        switch column {
        case .numbers(let values):
            for row in values.indices {
                if values[row].isNaN {
                    add(row, "where it is blank")
                } else {
                    add(row, "where it is not blank")
                    add(row, values[row] == 0 ? "where it is 0" : "where it is not 0")
                }
            }
        case .hours(let values):
            for row in values.indices { add(row, "where it is \(values[row].isNaN ? "" : "not ")blank") }
        case .levels(let texts):
            for row in texts.indices {
                add(row, texts[row].isEmpty ? "where it is blank" : "where it is “\(texts[row])”")
                if !texts[row].isEmpty { add(row, "where it is not blank") }
            }
        }
        let rate = Double(labels.count { $0 == 1 }) / Double(max(1, labels.count))
        let alone = groups.filter { _, count in
            count.rows == count.bought && Double(count.rows) * logarithm(rate) < Self.chance
        }
        return alone.max { ($0.value.rows, $0.key) < ($1.value.rows, $1.key) }.map { ($0.key, $0.value.rows) }
    }

    /// ln of one in a thousand million.
    private static let chance = -20.7

    /// Whether each shopper has one value, whatever is shown: then it is about people, and computed from no price.
    private func sortsShoppers(_ column: FeatureColumn) -> Bool {
        switch column {
        case .levels(let texts): areOfShoppers(texts)
        case .numbers(let values), .hours(let values): areOfShoppers(values.map(\.bitPattern))
        }
    }

    private func areOfShoppers<Value: Equatable>(_ values: [Value]) -> Bool {
        var first: [String: Value] = [:]
        var again = 0
        for (user, value) in zip(users, values) {
            guard let known = first[user] else {
                first[user] = value
                continue
            }
            guard known == value else { return false }
            again += 1
        }
        return again >= ExposureChecks.fewestRows / 10
    }

    private func areas(_ column: FeatureColumn) -> [Double] {
        switch column {
        case .numbers(let values), .hours(let values):
            let known = values.indices.filter { !values[$0].isNaN }
            let blank = area(values.map { $0.isNaN ? 1 : 0 }, Array(values.indices))
            return [blank, area(values.map(Double.init), known)].compactMap { $0 }
        case .levels(let texts):
            let rates = OtherHalfMeans.of(labels.map(Double.init), by: texts)
            return [area(rates, Array(texts.indices))].compactMap { $0 }
        }
    }

    private func area(_ values: [Double], _ rows: [Int]) -> Double? {
        guard rows.count >= ExposureChecks.fewestRows else { return nil }
        return Evaluation.ranking(rows.map { values[$0] }, rows.map { Float(labels[$0]) }).auc
    }

    private func rounded(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
}
