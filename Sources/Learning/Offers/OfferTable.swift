// Offers as they were made, one row for each time somebody could have been made one: a CSV with
// `user,time,offer,propensity,cost,profit`, optionally `converted`, and any number of further columns, each a feature.

import Domain

/// Rows of a file of offers, or of questions: users who may be made one.
public struct OfferTable: Sendable {
    /// Each (rows,).
    public internal(set) var users: [String] = []
    /// Empty in questions, like all below up to the features.
    var times: [Timestamp] = []
    /// The empty text: none.
    public internal(set) var offers: [String] = []
    /// The chance with which this offer, or none, was drawn.
    var propensities: [Double] = []
    /// What the offer cost; 0 when it was not redeemed.
    var costs: [Double] = []
    /// What the shopper brought, before the offer's cost.
    var profits: [Double] = []
    var features: [ExposureTable.NamedColumn] = []
    /// Line of each row in its file, for errors.
    var lines: [Int] = []
    /// The file's name, for errors.
    public let file: String

    public var count: Int { users.count }

    /// The rows at these places, in their order.
    func rows(at places: [Int]) -> OfferTable {
        func chosen<Value>(_ values: [Value]) -> [Value] { values.isEmpty ? [] : places.map { values[$0] } }
        var table = OfferTable(file: file)
        table.users = chosen(users)
        table.times = chosen(times)
        table.offers = chosen(offers)
        table.propensities = chosen(propensities)
        table.costs = chosen(costs)
        table.profits = chosen(profits)
        table.lines = chosen(lines)
        table.features = features.map {
            ExposureTable.NamedColumn(name: $0.name, values: $0.values.rows(at: places))
        }
        return table
    }

    private init(file: String) { self.file = file }
}

extension OfferTable {
    /// Columns that are not features, whatever they hold.
    static let known: Set<String> = ["user", "time", "offer", "propensity", "cost", "profit", "converted"]

    /// Reads a file, plain or gzip. In questions only the user and the features are looked at.
    /// - Parameter kinds: of columns whose kind is settled; the others' are inferred from all their values.
    public init(
        path: String, for purpose: ExposureTable.Purpose, kinds: [String: ColumnKind] = [:]
    ) throws(LearningError) {
        let reader = try CSVReader(path: path)
        self.init(file: reader.name)
        guard Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","), remedy: "Name every column once.")
        }
        // A bundle's features are all that its questions need; of outcomes, every other column is a feature.
        let names =
            purpose == .questions ? kinds.keys.sorted() : reader.header.filter { !Self.known.contains($0) }
        for name in kinds.keys.sorted() where !reader.header.contains(name) || Self.known.contains(name) {
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","),
                remedy: "Add a column “\(name)”, which the types or the bundle name.")
        }
        let user = try reader.column("user")
        let outcome = purpose == .outcomes ? try OutcomeColumns(reader) : nil
        let fields = try names.map { name throws(LearningError) in try reader.column(name) }
        var readings = names.map { ColumnReading(kind: kinds[$0]) }
        while try reader.next() {
            lines.append(reader.line)
            users.append(try reader.name(user))
            if let outcome { try append(reader, outcome) }
            for index in readings.indices { try readings[index].append(reader, fields[index]) }
        }
        for (name, reading) in zip(names, readings) {
            features.append(
                ExposureTable.NamedColumn(
                    name: name, values: try reading.finished(name: name, file: file, lines: lines, times: nil)))
        }
    }

    private struct OutcomeColumns {
        let time, offer, propensity, cost, profit: CSVReader.Column
        let converted: CSVReader.Column?

        init(_ reader: CSVReader) throws(LearningError) {
            time = try reader.column("time")
            offer = try reader.column("offer")
            propensity = try reader.column("propensity")
            cost = try reader.column("cost")
            profit = try reader.column("profit")
            converted = reader.header.contains("converted") ? try reader.column("converted") : nil
        }
    }

    /// Amounts are below this, either way.
    private static let greatest = 1e9

    private mutating func append(_ reader: CSVReader, _ columns: OutcomeColumns) throws(LearningError) {
        times.append(try reader.instant(columns.time))
        let name = reader.text(columns.offer)
        let offer = name.lowercased() == "none" ? "" : name
        offers.append(offer)
        let chance = try reader.number(columns.propensity)
        guard chance > 0, chance <= 1 else {
            throw reader.error(
                columns.propensity,
                remedy: "Give the chance with which this offer, or none, was drawn: above 0, at most 1.")
        }
        propensities.append(chance)
        let cost = try reader.number(columns.cost)
        guard cost >= 0, cost < Self.greatest else {
            throw reader.error(columns.cost, remedy: "Give what the offer cost: 0 or more.")
        }
        guard !offer.isEmpty || cost == 0 else {
            throw reader.error(columns.cost, remedy: "No offer costs nothing: give 0, or name the offer.")
        }
        costs.append(cost)
        let profit = try reader.number(columns.profit)
        guard abs(profit) < Self.greatest else {
            throw reader.error(columns.profit, remedy: "Give what the shopper brought, before the offer's cost.")
        }
        profits.append(profit)
        if let converted = columns.converted { _ = try reader.flag(converted) }
    }
}
