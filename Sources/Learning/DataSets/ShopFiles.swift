// Any shop's catalogue and history as two plain CSV files, for shops that are not the sample data. Money is
// written in whole units of the currency (`12.34`), times in UTC (`2026-01-31T23:59:59`). Columns marked
// optional may be missing; a blank in a required one is an error, never a zero.
//
// Catalogue: product, list_price, unit_cost; optional name, category, minimum_price, deal_price with
// deal_ends_at, display_share, mailer_share, effective_at.
// Baskets, one line for each item: basket, user, time, product, quantity, paid; optional spend, lines and
// deal_lines of the whole basket.

import Domain

public enum ShopFiles {
    /// Catalogue rows in the order they take effect.
    /// - Parameter effectiveAt: for rows that do not say since when they hold.
    public static func catalogue(
        _ path: String, currency: Currency, effectiveAt: Timestamp
    ) throws(LearningError) -> [CatalogueRow] {
        let reader = try CSVReader(path: path)
        let product = try reader.column("product")
        let listPrice = try reader.column("list_price")
        let unitCost = try reader.column("unit_cost")
        let optional = try OptionalColumns(reader)
        var rows: [CatalogueRow] = []
        while try reader.next() {
            let list = try reader.price(listPrice, in: currency)
            rows.append(
                CatalogueRow(
                    product: try reader.identifier(product), name: optional.text("name"),
                    category: optional.text("category"), currency: currency, listPrice: list,
                    unitCost: try reader.money(unitCost, in: currency, rounded: .nearest),
                    minimumPrice: try optional.filled("minimum_price") { column throws(LearningError) in
                        try reader.price(column, in: currency)
                    }, deal: try deal(reader, optional, currency), displayShare: try optional.share("display_share"),
                    mailerShare: try optional.share("mailer_share"),
                    effectiveAt: try optional.filled("effective_at") { column throws(LearningError) in
                        try reader.timestamp(column)
                    } ?? effectiveAt))
        }
        return rows.enumerated()
            .sorted { ($0.element.effectiveAt, $0.offset) < ($1.element.effectiveAt, $1.offset) }.map(\.element)
    }

    private static func deal(
        _ reader: CSVReader, _ optional: OptionalColumns, _ currency: Currency
    ) throws(LearningError) -> Deal? {
        let price = try optional.filled("deal_price") { column throws(LearningError) in
            try reader.price(column, in: currency)
        }
        guard let price else { return nil }
        let ends = try optional.filled("deal_ends_at") { column throws(LearningError) in
            try reader.timestamp(column)
        }
        guard let ends else {
            throw LearningError(
                place: reader.place, value: "deal_price without deal_ends_at", remedy: "Say until when the deal runs.")
        }
        return Deal(price: price, endsAt: ends)
    }

    /// Baskets in the order they happened. Lines of one basket need not stand together.
    public static func baskets(_ path: String, currency: Currency) throws(LearningError) -> [ShopperEvent] {
        let reader = try CSVReader(path: path)
        let basket = try reader.column("basket")
        let user = try reader.column("user")
        let time = try reader.column("time")
        let product = try reader.column("product")
        let quantity = try reader.column("quantity")
        let paid = try reader.column("paid")
        let optional = try OptionalColumns(reader)
        var events: [ShopperEvent] = []
        var places: [String: Int] = [:]
        while try reader.next() {
            let id = try reader.identifier(basket)
            let item = BasketItem(
                product: try reader.identifier(product),
                quantity: try reader.integer(quantity, in: 1...Limits.quantity),
                paid: try reader.money(paid, in: currency, rounded: .nearest))
            let shopper = try reader.identifier(user)
            if let place = places[id] {
                guard events[place].user == shopper else {
                    throw reader.error(user, remedy: "Basket \(id) belongs to \(events[place].user): one shopper each.")
                }
                events[place].event.basket.items.append(item)
                continue
            }
            places[id] = events.count
            let lines = try optional.filled("lines") { column throws(LearningError) in
                try reader.integer(column, in: 1...UInt32(UInt16.max))
            }
            let contents = Basket(
                spend: try optional.filled("spend") { column throws(LearningError) in
                    try reader.money(column, in: currency, rounded: .nearest)
                } ?? .zero, lines: lines ?? 0,
                dealLines: try optional.filled("deal_lines") { column throws(LearningError) in
                    try reader.integer(column, in: 0...UInt32(UInt16.max))
                } ?? 0, items: [item])
            events.append(
                ShopperEvent(
                    user: shopper,
                    event: Event(
                        id: EventID(digesting: id.utf8), occurredAt: try reader.timestamp(time), basket: contents)))
        }
        for place in events.indices { complete(&events[place].event.basket) }
        return events.enumerated()
            .sorted { ($0.element.event.occurredAt, $0.offset) < ($1.element.event.occurredAt, $1.offset) }
            .map(\.element)
    }

    /// Totals that the file does not give are those of the items it lists.
    private static func complete(_ basket: inout Basket) {
        if basket.spend == .zero { basket.spend = basket.items.reduce(.zero) { $0 + $1.paid } }
        basket.lines = max(basket.lines, UInt32(basket.items.count))
        basket.dealLines = min(basket.dealLines, basket.lines)
    }
}

/// Columns that a file may have.
private struct OptionalColumns {
    private let reader: CSVReader
    private let columns: [String: CSVReader.Column]

    init(_ reader: CSVReader) throws(LearningError) {
        self.reader = reader
        var columns: [String: CSVReader.Column] = [:]
        for name in reader.header { columns[name] = try reader.column(name) }
        self.columns = columns
    }

    /// What `read` makes of the field; nil when the column is missing or the field is blank.
    func filled<Value>(
        _ name: String, _ read: (CSVReader.Column) throws(LearningError) -> Value
    ) throws(LearningError) -> Value? {
        guard let column = columns[name], !reader.bytes(column).isEmpty else { return nil }
        return try read(column)
    }

    func text(_ name: String) -> String { columns[name].map(reader.text) ?? "" }

    func share(_ name: String) throws(LearningError) -> Float {
        Float(
            try filled(name) { column throws(LearningError) in try reader.number(column, in: 0...1) } ?? 0)
    }
}

extension CSVReader {
    /// Where the current record stands, for errors about more than one field.
    fileprivate var place: String { "\(name):\(line)" }

    /// An id of 1 to 64 bytes.
    func identifier(_ column: Column) throws(LearningError) -> String {
        let text = text(column)
        guard 1...Limits.identifierBytes ~= text.utf8.count else {
            throw error(column, remedy: "Give an id of 1 to \(Limits.identifierBytes) bytes.")
        }
        return text
    }

    /// A price: at least one minor unit.
    fileprivate func price(_ column: Column, in currency: Currency) throws(LearningError) -> Money {
        let money = try money(column, in: currency, rounded: .nearest)
        guard money > .zero else { throw error(column, remedy: "Give a price above zero.") }
        return money
    }
}
