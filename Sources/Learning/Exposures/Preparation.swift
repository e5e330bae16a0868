// From an analyst's columns to a row of numbers. Everything is fitted once, on the rows that are learned from, travels
// in the bundle, and is applied to a question exactly as it was to an exposure.
//
// A blank number becomes the column's median, beside a column that says so where blanks are frequent; numbers far out
// are moved to the edge of what is usual. A level becomes two numbers: how often it bought, and how strongly it minded
// the price, each pulled towards everybody's when the level is rare; and, where there are few levels, a column of its
// own for each. Pairs of columns of levels that matter together, and the principal components of many correlated
// numbers, are columns, too. Trees look at nothing but order, so of what is computed here only the components see
// standardised numbers.

import Domain
import Models

/// One column of a table turned into columns of a row.
enum ColumnPreparation: Equatable, Sendable {
    case number(NumberPreparation)
    /// Hours from an instant to the exposure.
    case hours(NumberPreparation)
    case level(LevelPreparation)
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
                case .hours(let values): .hours(NumberPreparation(fitting: values))
                case .levels(let values):
                    .level(LevelPreparation(fitting: values, prices: prices, bought: bought))
                }
        }

        var kind: ColumnKind {
            switch preparation {
            case .number: .numeric
            case .hours: .time
            case .level: .categorical
            }
        }

        /// nil for levels.
        var number: NumberPreparation? {
            switch preparation {
            case .number(let number), .hours(let number): number
            case .level: nil
            }
        }

        /// One row's number, without blanks and within what is usual.
        /// - Precondition: a column of numbers, or of hours.
        func number(_ values: FeatureColumn, at row: Int) -> Float {
            switch (preparation, values) {
            case (.number(let number), .numbers(let values)), (.hours(let number), .hours(let values)):
                number.prepared(values[row])
            default: preconditionFailure("\(name) holds no numbers")
            }
        }

        /// Columns of a row.
        var width: Int {
            switch preparation {
            case .number(let number), .hours(let number): number.width
            case .level(let level): level.width
            }
        }

        /// Appends what this column makes of one row.
        /// - Precondition: the values are of this kind.
        func append(_ values: FeatureColumn, at row: Int, to features: inout [Float]) {
            switch (preparation, values) {
            case (.number(let number), .numbers(let values)), (.hours(let number), .hours(let values)):
                number.append(values[row], to: &features)
            case (.level(let level), .levels(let values)): level.append(values[row], to: &features)
            default: preconditionFailure("\(name) was read as another kind")
            }
        }
    }

    /// The feature columns, in the order of the file that was learned from.
    var columns: [Column]
    /// The item, prepared like a level.
    var item: LevelPreparation
    package var crosses: [CrossPreparation]
    package var components: PrincipalComponents?
    /// Where users' own past are columns: what is known of it for questions.
    package var history: UserHistory?

    /// Computed of every row: `ProfileRows.Moment`.
    private static let measured = ["log reference price", "cost share"]
    private static let clocks = ["hour", "weekday"]
    static var momentWidth: Int { measured.count + clocks.count }

    init(
        columns: [Column], item: LevelPreparation, crosses: [CrossPreparation] = [],
        components: PrincipalComponents? = nil, history: UserHistory? = nil
    ) {
        self.columns = columns
        self.item = item
        self.crosses = crosses
        self.components = components
        self.history = history
    }

    /// - Parameter threads: more make it faster, not different.
    package init(fitting table: ExposureTable, threads: Int = 2) {
        let prices = table.logRelativePrices
        columns = Parallel.map(table.features.count, threads: threads) { place in
            Column(fitting: table.features[place], prices: prices, bought: table.bought)
        }
        item = LevelPreparation(fitting: table.items, prices: prices, bought: table.bought)
        crosses = CrossChoice.fit(table.features, prices: prices, bought: table.bought, threads: threads).kept
        components = PrincipalComponents(fitting: table.features, prepared: columns)
    }

    /// The kinds of the feature columns, by name: what a file of questions must have.
    public var kinds: [String: ColumnKind] {
        let asked = columns.filter { history == nil || !UserHistory.names.contains($0.name) }
        return Dictionary(asked.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    }

    /// Names of the columns of a row, in order.
    public var featureNames: [String] {
        columns.flatMap { column in
            switch column.preparation {
            case .number(let number), .hours(let number):
                number.tellsBlanks ? [column.name, "\(column.name) is blank"] : [column.name]
            case .level(let level): Self.names(of: level, column.name)
            }
        } + Self.names(of: item, "item") + Self.measured + Self.clocks
            + crosses.flatMap { ["\($0.name) rate", "\($0.name) slope"] }
            + (0..<(components?.count ?? 0)).map { "component \($0 + 1)" }
    }

    /// Places in a row of what was a number in the table, or was computed from numbers.
    private var numbers: [Int] {
        let layout = RowLayout(self)
        let own = zip(columns, layout.columns).filter { $0.0.number != nil }.map(\.1)
        return own + (layout.momentPlace..<(layout.momentPlace + Self.measured.count))
    }

    private var clocks: Range<Int> {
        let first = RowLayout(self).momentPlace + Self.measured.count
        return first..<(first + Self.clocks.count)
    }

    private static func names(of level: LevelPreparation, _ name: String) -> [String] {
        ["\(name) rate", "\(name) slope"] + (level.isSpread ? level.levels.map { "\(name) = \($0.name)" } : [])
    }

    /// Rows that one thread turns into numbers before it asks for more.
    private static let blockRows = 8_192

    /// - Shape: result (rows, featureNames.count) row-major; every value finite.
    /// - Parameter threads: more make it faster, not different.
    /// - Precondition: the table has the columns of `kinds`, of these kinds.
    package func rows(of table: ExposureTable, threads: Int = 2) -> [Float] {
        let width = featureNames.count
        let features = table.features + (history?.columns(of: table) ?? [])
        // A table to learn from brings its own past.
        let values = Dictionary(features.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        let blocks = (table.count + Self.blockRows - 1) / Self.blockRows
        let parts = Parallel.map(blocks, threads: threads) { block in
            let range = (block * Self.blockRows)..<min((block + 1) * Self.blockRows, table.count)
            var rows: [Float] = []
            rows.reserveCapacity(range.count * width)
            append(range, of: table, values, to: &rows)
            return rows
        }
        return parts.count == 1 ? parts[0] : Array(parts.joined())
    }

    private func append(
        _ range: Range<Int>, of table: ExposureTable, _ values: [String: FeatureColumn], to rows: inout [Float]
    ) {
        let ownValues = columns.map { values[$0.name]! }
        let crossed = crosses.map { (values[$0.first]!.texts, values[$0.second]!.texts) }
        let inputs = components.map { $0.inputs.map { input in columns.firstIndex { $0.name == input.name }! } } ?? []
        for row in range {
            for (column, values) in zip(columns, ownValues) { column.append(values, at: row, to: &rows) }
            item.append(table.items[row], to: &rows)
            let moment = ProfileRows.Moment(
                referencePrice: table.referencePrices[row], unitCost: table.unitCosts[row], time: table.times[row])
            let features = moment.features
            for column in features.indices { rows.append(features[column]) }
            for (cross, texts) in zip(crosses, crossed) { cross.append(texts.0[row], texts.1[row], to: &rows) }
            components?.append(inputs.map { columns[$0].number(ownValues[$0], at: row) }, to: &rows)
        }
    }

    /// Rows to learn from, of the table that this was fitted to: numbers of a level come from the rows of other users,
    /// where a level's own rows would tell a tale of themselves.
    func trainingMatrix(of table: ExposureTable) -> TrainingMatrix {
        var matrix = matrix(of: table)
        let layout = RowLayout(self)
        let values = Dictionary(table.features.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        var levels: [(place: Int, values: [String], preparation: LevelPreparation)] = [(layout.item, table.items, item)]
        for (column, place) in zip(columns, layout.columns) {
            if case .level(let level) = column.preparation, let texts = values[column.name]?.texts {
                levels.append((place, texts, level))
            }
        }
        for (place, texts, preparation) in levels where preparation.isFinelyCut(rows: table.count) {
            let fitted = LevelsOfOthers(texts, users: table.users, table.logRelativePrices, table.bought)
            for row in 0..<table.count {
                let level = fitted.level(of: row)
                matrix.features[row * matrix.width + place] = level.logOdds
                matrix.features[row * matrix.width + place + 1] = level.slope
            }
        }
        return matrix
    }

    /// Rows to judge by.
    func matrix(of table: ExposureTable) -> TrainingMatrix {
        var matrix = TrainingMatrix(width: featureNames.count)
        matrix.numbers = numbers
        matrix.clocks = Array(clocks)
        matrix.features = rows(of: table)
        matrix.logRelativePrices = table.logRelativePrices
        matrix.labels = table.bought.map { $0 ? 1 : 0 }
        return matrix
    }
}
