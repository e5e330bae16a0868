import Domain
import Features

/// One product of a tenant: what it costs from when on, and what it cost before.
struct CatalogueEntry: Equatable, Sendable {
    /// Ascending by the time they take effect. The latest past ones and every future one.
    private(set) var rows: [CatalogueRow] = []
    private(set) var prices = PriceHistory()

    /// Rows kept; enough for the price in force and a year of weekly plans, which is as far as plans are taken.
    static let capacity = 64

    init() {}

    mutating func apply(_ row: CatalogueRow, calendar: ShopCalendar) {
        prices.apply(row, calendar: calendar)
        let later = rows.firstIndex { $0.effectiveAt >= row.effectiveAt } ?? rows.count
        if later < rows.count, rows[later].effectiveAt == row.effectiveAt {
            rows[later] = row
        } else {
            rows.insert(row, at: later)
            if rows.count > Self.capacity { rows.removeFirst() }
        }
    }

    /// The row in force at `time`; nil before the first takes effect.
    func row(at time: Timestamp) -> CatalogueRow? { rows.last { $0.effectiveAt <= time } }

    /// When the row in force at `time` is replaced; nil when no later row is known.
    func change(after time: Timestamp) -> Timestamp? { rows.first { $0.effectiveAt > time }?.effectiveAt }

    /// Of all rows; products without a category are in none.
    var categories: Set<String> { Set(rows.lazy.map(\.category).filter { !$0.isEmpty }) }

    func encode(to writer: inout ByteWriter) {
        prices.encode(to: &writer)
        writer.write(rows) { writer, row in row.encode(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        prices = try PriceHistory(from: &reader)
        rows = try reader.readArray(minimumBytes: 40) { reader throws(ByteError) in try CatalogueRow(from: &reader) }
    }
}

extension CatalogueRow {
    func encode(to writer: inout ByteWriter) {
        writer.write(product)
        writer.write(name)
        writer.write(category)
        writer.write(currency.code)
        writer.write(listPrice)
        writer.write(unitCost)
        writer.write([minimumPrice].compactMap(\.self)) { $0.write($1) }
        writer.write([deal].compactMap(\.self)) { writer, deal in
            writer.write(deal.price)
            writer.write(deal.endsAt)
        }
        writer.write(displayShare)
        writer.write(mailerShare)
        writer.write(effectiveAt)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        let product = try reader.readString()
        let name = try reader.readString()
        let category = try reader.readString()
        guard let currency = Currency(code: try reader.readString()) else { throw reader.error("unknown currency") }
        self.init(
            product: product, name: name, category: category, currency: currency, listPrice: try reader.readMoney(),
            unitCost: try reader.readMoney(),
            minimumPrice: try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in
                try reader.readMoney()
            }.first,
            deal: try reader.readArray(minimumBytes: 16) { reader throws(ByteError) in
                Deal(price: try reader.readMoney(), endsAt: try reader.readTimestamp())
            }.first, displayShare: try reader.readFloat(), mailerShare: try reader.readFloat(),
            effectiveAt: try reader.readTimestamp())
    }
}
