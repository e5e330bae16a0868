import Domain
import Features

/// Everything a partition remembers of one shopper.
struct ShopperState: Equatable, Sendable {
    var history = ShopperHistory()
    private var events = EventWindow()
    /// Ascending by product.
    private var quotes: [RememberedQuote] = []

    /// Products whose quotes are remembered; the one that expires first makes room.
    static let quoteCapacity = 128

    init() {}

    func hasCounted(_ id: EventID) -> Bool { events.contains(id) }

    /// - Returns: false when the event was counted before and nothing changed.
    mutating func apply(_ event: Event, calendar: ShopCalendar) -> Bool {
        guard events.insert(event.id) || planted(.eventCountedTwice) else { return false }
        history.apply(event.basket, week: calendar.week(of: event.occurredAt))
        return true
    }

    func quote(of product: ProductKey) -> RememberedQuote? {
        let index = position(of: product)
        return index < quotes.count && quotes[index].product == product ? quotes[index] : nil
    }

    /// - Parameter time: of the record that tells of it.
    mutating func remember(_ quote: RememberedQuote, at time: Timestamp) {
        let index = position(of: quote.product)
        if index < quotes.count, quotes[index].product == quote.product {
            quotes[index] = quote.keeping(quotes[index], at: time)
            return
        }
        quotes.insert(quote, at: index)
        guard quotes.count > Self.quoteCapacity else { return }
        let first = quotes.indices.min { (quotes[$0].expiresAt, $0) < (quotes[$1].expiresAt, $1) }!
        quotes.remove(at: first)
    }

    /// True when nothing but expired quotes is known: forgetting the shopper breaks no promise, and only lets
    /// the next price move from the list price again instead of from the last one shown.
    func isForgettable(at time: Timestamp) -> Bool {
        history.isEmpty && quotes.allSatisfy { $0.expiresAt <= time }
    }

    private func position(of product: ProductKey) -> Int {
        quotes.partitioningIndex { $0.product >= product }
    }
}

extension ShopperState {
    func encode(to writer: inout ByteWriter) {
        history.encode(to: &writer)
        events.encode(to: &writer)
        writer.write(quotes) { $1.encode(to: &$0) }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        history = try ShopperHistory(from: &reader)
        events = try EventWindow(from: &reader)
        quotes = try reader.readArray(minimumBytes: RememberedQuote.encodedBytes) { reader throws(ByteError) in
            try RememberedQuote(from: &reader)
        }
        guard zip(quotes, quotes.dropFirst()).allSatisfy({ $0.product < $1.product }) else {
            throw reader.error("ends quotes that are not in order")
        }
    }
}
