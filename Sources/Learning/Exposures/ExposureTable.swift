// Exposures as an analyst has them: one row for each time a price was shown, as columns. The format is public: a CSV
// with `user,item,time,reference_price,price,unit_cost,bought`, optionally `quantity`, `arm`, `propensity`, and any
// number of further columns, each a feature.

import Domain

/// What a feature column holds.
public enum ColumnKind: String, Sendable, CaseIterable {
    case numeric, categorical
    /// An instant before the exposure; a model sees how many hours before.
    case time
}

/// A column of features, one value a row.
public enum FeatureColumn: Equatable, Sendable {
    /// NaN where the field was blank.
    case numbers([Float])
    /// A blank is a level of its own, the empty text.
    case levels([String])
    /// From an instant to the exposure; NaN where the field was blank.
    case hours([Float])

    mutating func append(_ other: FeatureColumn) {
        switch (self, other) {
        case (.numbers(let values), .numbers(let more)): self = .numbers(values + more)
        case (.levels(let values), .levels(let more)): self = .levels(values + more)
        case (.hours(let values), .hours(let more)): self = .hours(values + more)
        default: preconditionFailure("the same kinds")
        }
    }

    package var kind: ColumnKind {
        switch self {
        case .numbers: .numeric
        case .levels: .categorical
        case .hours: .time
        }
    }

    /// The values at these places, in their order.
    func rows(at places: [Int]) -> FeatureColumn {
        switch self {
        case .numbers(let values): .numbers(places.map { values[$0] })
        case .levels(let values): .levels(places.map { values[$0] })
        case .hours(let values): .hours(places.map { values[$0] })
        }
    }

    /// - Precondition: levels.
    var texts: [String] {
        guard case .levels(let values) = self else { preconditionFailure("no levels") }
        return values
    }

    /// nil for levels.
    package var floats: [Float]? {
        switch self {
        case .numbers(let values), .hours(let values): values
        case .levels: nil
        }
    }
}

/// What makes two rows the same exposure.
struct ExposureKey: Hashable {
    var user: String
    var item: String
    var time: Timestamp
}

/// Rows of a file of exposures, or of questions: exposures to be, without price and outcome.
public struct ExposureTable: Sendable {
    /// A feature column and its name.
    public struct NamedColumn: Sendable {
        public let name: String
        public var values: FeatureColumn
    }

    /// Each (rows,).
    public internal(set) var users: [String] = []
    public internal(set) var items: [String] = []
    public internal(set) var times: [Timestamp] = []
    public internal(set) var referencePrices: [Double] = []
    public internal(set) var unitCosts: [Double] = []
    /// Empty in questions.
    public internal(set) var prices: [Double] = []
    /// Empty in questions.
    public internal(set) var bought: [Bool] = []
    /// The chance with which this price was drawn; empty when the file does not say.
    public internal(set) var propensities: [Double] = []
    /// Units bought, 0 where nothing was; empty when the file does not say.
    public internal(set) var quantities: [Double] = []
    public internal(set) var features: [NamedColumn] = []
    /// Line of each row in its file, for errors.
    public internal(set) var lines: [Int] = []
    /// Sentences on columns whose kind was inferred and may be another; empty in parts of a table.
    var doubts: [String] = []
    /// The file's name, for errors.
    public let file: String

    init(file: String) { self.file = file }

    public var count: Int { users.count }

    /// ln(price / reference); (rows,).
    var logRelativePrices: [Float] {
        prices.indices.map { Float(logarithm(prices[$0] / referencePrices[$0])) }
    }

    /// The rows at these places, in their order.
    func rows(at places: [Int]) -> ExposureTable {
        func chosen<Value>(_ values: [Value]) -> [Value] { values.isEmpty ? [] : places.map { values[$0] } }
        var table = ExposureTable(file: file)
        table.users = chosen(users)
        table.items = chosen(items)
        table.times = chosen(times)
        table.referencePrices = chosen(referencePrices)
        table.unitCosts = chosen(unitCosts)
        table.prices = chosen(prices)
        table.bought = chosen(bought)
        table.propensities = chosen(propensities)
        table.quantities = chosen(quantities)
        table.lines = chosen(lines)
        table.features = features.map { NamedColumn(name: $0.name, values: $0.values.rows(at: places)) }
        return table
    }

    /// Without the feature columns of these names.
    mutating func drop(_ names: Set<String>) { features.removeAll { names.contains($0.name) } }

    func key(_ row: Int) -> ExposureKey { ExposureKey(user: users[row], item: items[row], time: times[row]) }

    /// In an order that is the same whatever the order of the file: by time, then by who and what.
    var ordered: ExposureTable {
        func precedes(_ first: Int, _ second: Int) -> Bool {
            if times[first] != times[second] { return times[first] < times[second] }
            if users[first] != users[second] { return users[first] < users[second] }
            if items[first] != items[second] { return items[first] < items[second] }
            let prices = prices.isEmpty ? (0, 0) : (prices[first], prices[second])
            if prices.0 != prices.1 { return prices.0 < prices.1 }
            // Of two that contradict each other, the purchase counts.
            return !bought.isEmpty && bought[first] && !bought[second]
        }
        let isOrdered = zip(0..<count, 1..<max(1, count)).allSatisfy { !precedes($1, $0) }
        return isOrdered ? self : rows(at: (0..<count).sorted(by: precedes))
    }

    /// How many rows repeat the user, item and time of the one before them, with another price or outcome; and the line
    /// of the first such.
    /// - Precondition: ordered, with prices and outcomes.
    var contradictions: (count: Int, line: Int?) {
        let rows = (0..<count).dropFirst().filter { row in
            key(row) == key(row - 1) && (prices[row] != prices[row - 1] || bought[row] != bought[row - 1])
        }
        return (rows.count, rows.first.map { lines[$0] })
    }

    /// Without rows that repeat the user, item and time of an earlier one.
    public var distinct: ExposureTable {
        var seen: Set<ExposureKey> = []
        seen.reserveCapacity(count)
        let first = (0..<count).filter { seen.insert(key($0)).inserted }
        return first.count == count ? self : rows(at: first)
    }

    /// Adds the rows of a table with the same columns.
    /// - Precondition: same columns of the same kinds.
    public mutating func append(_ other: ExposureTable) {
        precondition(features.map(\.name) == other.features.map(\.name), "the same features")
        users += other.users
        items += other.items
        times += other.times
        referencePrices += other.referencePrices
        unitCosts += other.unitCosts
        prices += other.prices
        bought += other.bought
        propensities += other.propensities
        quantities += other.quantities
        lines += other.lines
        for index in features.indices { features[index].values.append(other.features[index].values) }
    }
}

/// One row of a table that does not come from a file.
public struct ExposureRow: Sendable {
    public var user: String
    public var item: String
    public var time: Timestamp
    public var referencePrice: Double
    public var unitCost: Double
    /// In the order of the table's numeric columns.
    public var numbers: [Float]
    /// In the order of its categorical columns.
    public var levels: [String]

    public init(
        user: String, item: String, time: Timestamp, referencePrice: Double, unitCost: Double, numbers: [Float],
        levels: [String]
    ) {
        self.user = user
        self.item = item
        self.time = time
        self.referencePrice = referencePrice
        self.unitCost = unitCost
        self.numbers = numbers
        self.levels = levels
    }
}

extension ExposureTable {
    /// Questions from memory.
    /// - Precondition: every row has a value for each column.
    public init(_ name: String, rows: [ExposureRow], numbers: [String], levels: [String]) {
        self.init(file: name)
        users = rows.map(\.user)
        items = rows.map(\.item)
        times = rows.map(\.time)
        referencePrices = rows.map(\.referencePrice)
        unitCosts = rows.map(\.unitCost)
        lines = Array(rows.indices)
        features =
            numbers.indices.map { place in
                NamedColumn(name: numbers[place], values: .numbers(rows.map { $0.numbers[place] }))
            }
            + levels.indices.map { place in
                NamedColumn(name: levels[place], values: .levels(rows.map { $0.levels[place] }))
            }
    }

    /// The questions, answered.
    /// - Shape: each (rows,).
    public func answered(prices: [Double], propensities: [Double], bought: [Bool]) -> ExposureTable {
        precondition([prices.count, propensities.count, bought.count].allSatisfy { $0 == count }, "one answer a row")
        var table = self
        table.prices = prices
        table.propensities = propensities
        table.bought = bought
        return table
    }
}
