// From an analyst's columns to a row of numbers. Everything is fitted once, on the rows that are learned from, travels
// in the bundle, and is applied to a question exactly as it was to an exposure.
//
// A blank number becomes the column's median, beside a column that says so where blanks are frequent; numbers far out
// are moved to the edge of what is usual. A level becomes two numbers: how often it bought, and how strongly it minded
// the price, each pulled towards everybody's when the level is rare; and, where there are few levels, a column of its
// own for each.

import Domain

/// One column of a table turned into columns of a row.
enum ColumnPreparation: Equatable, Sendable {
    case number(NumberPreparation)
    case level(LevelPreparation)
}

struct NumberPreparation: Equatable, Sendable {
    var median: Float
    /// What is usual: numbers outside are moved to the nearer end.
    var usual: ClosedRange<Float>
    /// Whether a column tells of blanks.
    var tellsBlanks: Bool

    /// The part of the values on each side that is unusual.
    private static let tail = 0.001
    /// Blanks are told of from this share on.
    private static let frequent = 0.01

    init(median: Float, usual: ClosedRange<Float>, tellsBlanks: Bool) {
        self.median = median
        self.usual = usual
        self.tellsBlanks = tellsBlanks
    }

    init(fitting values: [Float]) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        func point(_ share: Double) -> Float {
            sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded())]
        }
        median = point(0.5)
        usual = point(Self.tail)...point(1 - Self.tail)
        tellsBlanks = Double(values.count - sorted.count) > Self.frequent * Double(values.count)
    }

    var width: Int { tellsBlanks ? 2 : 1 }

    func append(_ value: Float, to row: inout [Float]) {
        row.append(value.isNaN ? median : min(max(value, usual.lowerBound), usual.upperBound))
        if tellsBlanks { row.append(value.isNaN ? 1 : 0) }
    }
}

struct LevelPreparation: Equatable, Sendable {
    struct Level: Equatable, Sendable {
        var name: String
        /// Log-odds of a purchase.
        var logOdds: Float
        /// Loss of log-odds for one unit of log price.
        var slope: Float
    }

    /// Ascending by name.
    var levels: [Level]
    /// What stands for a level that nobody has seen.
    var unknown: Level
    /// Whether each level has a column of its own.
    var isSpread: Bool

    /// At most this many levels are spread.
    private static let mostSpread = 16
    /// Levels that are kept; the most frequent ones.
    private static let mostLevels = 4_096
    /// Everybody counts as this many rows of each level's own.
    private static let strength = 50.0

    init(levels: [Level], unknown: Level, isSpread: Bool) {
        self.levels = levels
        self.unknown = unknown
        self.isSpread = isSpread
    }

    /// - Parameters: one value a row.
    init(fitting values: [String], prices: [Float], bought: [Bool]) {
        var sums: [String: Sums] = [:]
        let centre = prices.reduce(0.0) { $0 + Double($1) } / Double(max(1, prices.count))
        var all = Sums()
        for row in values.indices {
            sums[values[row], default: Sums()].add(Double(prices[row]) - centre, bought[row])
            all.add(Double(prices[row]) - centre, bought[row])
        }
        let rate = all.bought / max(1, all.count)
        let slope = all.slope(rate: rate, towards: 0, strength: 0)
        let kept = sums.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(Self.mostLevels)
        unknown = Level(name: "", logOdds: Self.logOdds(rate), slope: Float(slope))
        levels = kept.map { name, sums in
            let own = (sums.bought + Self.strength * rate) / (sums.count + Self.strength)
            let spread = all.priceSquares / max(1, all.count)
            return Level(
                name: name, logOdds: Self.logOdds(own),
                slope: Float(sums.slope(rate: own, towards: slope, strength: Self.strength * spread)))
        }.sorted { $0.name < $1.name }
        isSpread = sums.count > 1 && sums.count <= Self.mostSpread
    }

    private struct Sums {
        var count = 0.0
        var bought = 0.0
        var prices = 0.0
        var priceSquares = 0.0
        var pricesBought = 0.0

        mutating func add(_ price: Double, _ bought: Bool) {
            count += 1
            prices += price
            priceSquares += price * price
            if bought {
                self.bought += 1
                pricesBought += price
            }
        }

        /// One Newton step of a logit from no slope: −Σ(q − q̄)·y / (Σ(q − q̄)²·r(1 − r)), pulled towards a slope as if
        /// by rows whose squares add up to `strength`.
        func slope(rate: Double, towards prior: Double, strength: Double) -> Double {
            let mean = prices / max(1, count)
            let squares = priceSquares - count * mean * mean
            let cross = pricesBought - mean * bought
            let curvature = max(rate * (1 - rate), 1e-3)
            return (-cross / curvature + strength * prior) / max(squares + strength, 1e-9)
        }
    }

    private static func logOdds(_ rate: Double) -> Float {
        let kept = min(max(rate, 1e-4), 1 - 1e-4)
        return Float(logarithm(kept / (1 - kept)))
    }

    var width: Int { 2 + (isSpread ? levels.count : 0) }

    func append(_ value: String, to row: inout [Float]) {
        let place = place(of: value)
        let level = place.map { levels[$0] } ?? unknown
        row.append(level.logOdds)
        row.append(level.slope)
        if isSpread { for index in levels.indices { row.append(index == place ? 1 : 0) } }
    }

    private func place(of name: String) -> Int? {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < levels.count && levels[low].name == name ? low : nil
    }
}

/// The preparation of a whole table.
public struct Preparation: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        var name: String
        var preparation: ColumnPreparation

        init(name: String, preparation: ColumnPreparation) {
            self.name = name
            self.preparation = preparation
        }

        /// - Parameters: one price and one outcome a row.
        init(fitting column: ExposureTable.NamedColumn, prices: [Float], bought: [Bool]) {
            name = column.name
            preparation =
                switch column.values {
                case .numbers(let values): .number(NumberPreparation(fitting: values))
                case .levels(let values):
                    .level(LevelPreparation(fitting: values, prices: prices, bought: bought))
                }
        }

        var kind: ColumnKind {
            switch preparation {
            case .number: .numeric
            case .level: .categorical
            }
        }

        /// Columns of a row.
        var width: Int {
            switch preparation {
            case .number(let number): number.width
            case .level(let level): level.width
            }
        }

        /// Appends what this column makes of one row.
        /// - Precondition: the values are of this kind.
        func append(_ values: FeatureColumn, at row: Int, to features: inout [Float]) {
            switch (preparation, values) {
            case (.number(let number), .numbers(let values)): number.append(values[row], to: &features)
            case (.level(let level), .levels(let values)): level.append(values[row], to: &features)
            default: preconditionFailure("\(name) was read as another kind")
            }
        }
    }

    /// The feature columns, in the order of the file that was learned from.
    var columns: [Column]
    /// The item, prepared like a level.
    var item: LevelPreparation

    /// Computed of every row: log reference price, cost share, hour, weekday.
    private static let derived = ["log reference price", "cost share", "hour", "weekday"]

    init(columns: [Column], item: LevelPreparation) {
        self.columns = columns
        self.item = item
    }

    init(fitting table: ExposureTable) {
        let prices = table.logRelativePrices
        columns = table.features.map { Column(fitting: $0, prices: prices, bought: table.bought) }
        item = LevelPreparation(fitting: table.items, prices: prices, bought: table.bought)
    }

    /// The kinds of the feature columns, by name: what a file of questions must have.
    public var kinds: [String: ColumnKind] {
        Dictionary(
            columns.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    }

    /// Names of the columns of a row, in order.
    public var featureNames: [String] {
        columns.flatMap { column in
            switch column.preparation {
            case .number(let number): number.tellsBlanks ? [column.name, "\(column.name) is blank"] : [column.name]
            case .level(let level): Self.names(of: level, column.name)
            }
        } + Self.names(of: item, "item") + Self.derived
    }

    private static func names(of level: LevelPreparation, _ name: String) -> [String] {
        ["\(name) rate", "\(name) slope"] + (level.isSpread ? level.levels.map { "\(name) = \($0.name)" } : [])
    }

    /// - Shape: result (rows, featureNames.count) row-major; every value finite.
    /// - Precondition: the table has the columns of `kinds`, of these kinds.
    func rows(of table: ExposureTable) -> [Float] {
        let values = columns.map { column in table.features.first { $0.name == column.name }!.values }
        var rows: [Float] = []
        rows.reserveCapacity(table.count * featureNames.count)
        for row in 0..<table.count {
            for (column, values) in zip(columns, values) { column.append(values, at: row, to: &rows) }
            item.append(table.items[row], to: &rows)
            let reference = table.referencePrices[row]
            rows.append(Float(logarithm(reference)))
            rows.append(Float(min(table.unitCosts[row] / reference, 10)))
            let seconds = table.times[row].milliseconds / 1_000
            rows.append(Float((seconds % 86_400 + 86_400) % 86_400 / 3_600))
            rows.append(Float(((seconds / 86_400 + 3) % 7 + 7) % 7))
        }
        return rows
    }

    /// Rows to learn from.
    func matrix(of table: ExposureTable) -> TrainingMatrix {
        var matrix = TrainingMatrix(width: featureNames.count)
        matrix.features = rows(of: table)
        matrix.logRelativePrices = table.logRelativePrices
        matrix.labels = table.bought.map { $0 ? 1 : 0 }
        return matrix
    }
}
