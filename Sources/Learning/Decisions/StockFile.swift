// What is on hand of each item, as a shop's stock list says it: `item,stock`, optionally `arrivals` and `salvage_value`.

import Domain

/// A file of stock.
public struct StockFile: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// Units on hand.
        public var stock: Int
        /// Shoppers expected before the stock is filled again; nil when the file does not say.
        public var arrivals: Double?
        /// What a unit is worth that stays, in units of the currency; nil when the file does not say.
        public var salvageValue: Double?

        public init(stock: Int, arrivals: Double? = nil, salvageValue: Double? = nil) {
            self.stock = stock
            self.arrivals = arrivals
            self.salvageValue = salvageValue
        }
    }

    /// The file's name, for errors.
    public let file: String
    /// By item; never empty.
    public let entries: [String: Entry]

    /// More of either is a mistake.
    private static let most = 1_000_000_000

    /// Reads a CSV, plain or gzip.
    public init(path: String) throws(LearningError) {
        let reader = try CSVReader(path: path)
        let item = try reader.column("item")
        let stock = try reader.column("stock")
        let arrivals = reader.header.contains("arrivals") ? try reader.column("arrivals") : nil
        let salvage = reader.header.contains("salvage_value") ? try reader.column("salvage_value") : nil
        var entries: [String: Entry] = [:]
        while try reader.next() {
            let name = try reader.name(item)
            guard entries[name] == nil else {
                throw reader.error(item, remedy: "Name every item once: this one stands above already.")
            }
            var entry = Entry(stock: try reader.integer(stock, in: 0...Self.most))
            if let arrivals { entry.arrivals = try reader.number(arrivals, in: 0...Double(Self.most)) }
            if let salvage { entry.salvageValue = try reader.number(salvage, in: 0...ExposureTable.dearest) }
            entries[name] = entry
        }
        guard !entries.isEmpty else {
            throw LearningError(place: reader.name, value: "no items", remedy: "Give at least one item and its stock.")
        }
        file = reader.name
        self.entries = entries
    }
}
