// Reading the public format. Every mistake names the file, the line and the column, and says what to do; a row is never
// skipped in silence.

import Domain
import Glibc

extension ExposureTable {
    /// What the rows must have.
    public enum Purpose: Sendable {
        /// Prices and outcomes, to learn from.
        case outcomes
        /// No price and no outcome: one is asked for. Such columns are ignored.
        case questions
    }

    /// Columns that are not features, whatever they hold.
    static let known: Set<String> = [
        "user", "item", "time", "reference_price", "price", "unit_cost", "bought", "quantity", "arm", "propensity",
    ]

    /// Columns that learning and prices add to the rows of a file.
    static let added = Set<String>([
        "price_optimal", "probability", "elasticity", "elasticity_low", "elasticity_high", "shadow_price",
        "price_weighted",
    ]).union(UserHistory.names)

    /// Reads a file, plain or gzip.
    /// - Parameter kinds: of columns whose kind is settled; the others' are inferred from all their values.
    public init(
        path: String, for purpose: Purpose, kinds: [String: ColumnKind] = [:]
    ) throws(LearningError) {
        let reader = try CSVReader(path: path)
        self.init(file: reader.name)
        let columns = try Columns(reader, purpose)
        // A bundle's features are all that its questions need, whatever else stands beside them.
        let names = reader.header.filter {
            !Self.known.contains($0) && (purpose == .outcomes || kinds.isEmpty || kinds[$0] != nil)
        }
        guard Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","), remedy: "Name every column once.")
        }
        if purpose == .outcomes, let taken = names.first(where: Self.added.contains) {
            throw LearningError(
                place: "\(file):1", value: taken,
                remedy: "A column of this name is added to the rows: rename it, or take it out.")
        }
        for name in kinds.keys.sorted() where !names.contains(name) {
            guard !Self.known.contains(name) else {
                throw LearningError(
                    place: "the types", value: name, remedy: "Every file has this column and its kind: take it out.")
            }
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","),
                remedy: "Add a column “\(name)”, which the types or the bundle name.")
        }
        let fields = try names.map { name throws(LearningError) in try reader.column(name) }
        var readings = names.map { ColumnReading(kind: kinds[$0]) }
        while try reader.next() {
            try append(reader, columns)
            for index in readings.indices { try readings[index].append(reader, fields[index]) }
        }
        for (name, reading) in zip(names, readings) {
            features.append(
                NamedColumn(
                    name: name, values: try reading.finished(name: name, file: file, lines: lines, times: times)))
            if let doubt = reading.doubt(name: name, lines: lines) { doubts.append(doubt) }
        }
    }

    private struct Columns {
        let user, item, time, reference, cost: CSVReader.Column
        var price: CSVReader.Column?
        var bought: CSVReader.Column?
        var propensity: CSVReader.Column?
        var quantity: CSVReader.Column?

        init(_ reader: CSVReader, _ purpose: Purpose) throws(LearningError) {
            user = try reader.column("user")
            item = try reader.column("item")
            time = try reader.column("time")
            reference = try reader.column("reference_price")
            cost = try reader.column("unit_cost")
            guard purpose == .outcomes else { return }
            price = try reader.column("price")
            bought = try reader.column("bought")
            if reader.header.contains("propensity") { propensity = try reader.column("propensity") }
            if reader.header.contains("quantity") { quantity = try reader.column("quantity") }
        }
    }

    /// What is drawn less often is never shown; weights of more than its inverse, squared, are beyond numbers.
    private static let chances = 1e-9...1.0

    static let mostUnits = 1e6

    /// Prices are at least this: a hundredth of the smallest coin.
    static let cheapest = 1e-4
    /// And below this.
    static let dearest = 1e9

    private mutating func append(_ reader: CSVReader, _ columns: Columns) throws(LearningError) {
        lines.append(reader.line)
        users.append(try reader.name(columns.user))
        items.append(try reader.name(columns.item))
        times.append(try reader.instant(columns.time))
        referencePrices.append(try Self.amount(reader, columns.reference, above: true))
        unitCosts.append(try Self.amount(reader, columns.cost, above: false))
        if let price = columns.price { prices.append(try Self.amount(reader, price, above: true)) }
        if let bought = columns.bought { self.bought.append(try reader.flag(bought)) }
        if let propensity = columns.propensity {
            let chance = try reader.number(propensity)
            guard Self.chances.contains(chance) else {
                throw reader.error(
                    propensity,
                    remedy: "Give the chance with which this price was drawn: above 0 (at least 1e-9), at most 1.")
            }
            propensities.append(chance)
        }
        if let quantity = columns.quantity {
            quantities.append(bought.last == true ? try reader.units(quantity) : 0)
        }
    }

    private static func amount(
        _ reader: CSVReader, _ column: CSVReader.Column, above: Bool
    ) throws(LearningError) -> Double {
        let value = try reader.number(column)
        let least = above ? cheapest : 0
        guard value >= least, value < dearest else {
            throw reader.error(column, remedy: "Give an amount of at least \(least), below \(dearest).")
        }
        return value
    }
}

extension CSVReader {
    func flag(_ column: Column) throws(LearningError) -> Bool {
        switch text(column) {
        case "1", "1.0", "true", "True": true
        case "0", "0.0", "false", "False": false
        default: throw error(column, remedy: "Say 1 for bought and 0 for not.")
        }
    }

    /// Of a purchase: one where the field is blank.
    func units(_ column: Column) throws(LearningError) -> Double {
        guard !bytes(column).isEmpty else { return 1 }
        let units = try number(column)
        guard units > 0, units <= ExposureTable.mostUnits else {
            throw error(
                column, remedy: "Say how many units were bought, above 0, at most 1000000; or 0 in the column bought.")
        }
        return units
    }
}

func logarithm(_ value: Double) -> Double { log(value) }
