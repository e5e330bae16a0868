// The latest price that a shopper saw for a product. One entry is enough for both promises: prices only fall
// inside the window, so the latest one is the lowest that has not expired; where two replicas have promised different
// prices, one entry keeps both promises (`keeping`). And the day's first move starts from the price of an earlier day,
// which the entry of a new day carries as its anchor.

import Domain

struct RememberedQuote: Equatable, Sendable {
    var product: ProductKey
    /// The shop's local day of the quote.
    var day: Int32
    /// The price that moves of that day start from.
    var anchor: Money
    var price: Money
    var expiresAt: Timestamp

    init(_ exposure: Exposure) {
        product = ProductKey(product: exposure.product)
        day = exposure.day
        anchor = exposure.anchor
        price = exposure.personalPrice
        expiresAt = exposure.expiresAt
    }

    /// Days after which a price says nothing about today's.
    static let memoryDays: Int32 = 7

    /// The price that moves of `today` start from; nil when the last quote is too old to matter.
    func anchor(on today: Int32) -> Money? {
        if day == today { return anchor }
        return today > day && today - day <= Self.memoryDays ? price : nil
    }

    /// The price that may not be raised at `time`; nil when the quote has expired.
    func promise(at time: Timestamp) -> Money? { time < expiresAt && !planted(.promiseIgnored) ? price : nil }
}

extension RememberedQuote {
    /// Of a price that was shown here and the one that the log knows of, the one that binds: the lower of those that
    /// still hold. One shown here may have expired while another replica made a promise, and the other way round.
    static func binding(
        _ shown: RememberedQuote?, _ logged: RememberedQuote?, at time: Timestamp
    ) -> RememberedQuote? {
        guard let shown, let logged else { return shown ?? logged }
        guard let promised = logged.promise(at: time) else { return shown }
        return promised < shown.promise(at: time) ?? .init(minorUnits: .max) ? logged : shown
    }

    /// This quote, told of at `time`, after an earlier one: if that still holds, the lower price until the later end.
    ///
    /// Replicas that did not know of each other's quotes may have promised either price, in either order.
    func keeping(_ earlier: RememberedQuote, at time: Timestamp) -> RememberedQuote {
        guard earlier.expiresAt > time, !planted(.promiseCutShort) else { return self }
        var quote = self
        quote.price = min(price, earlier.price)
        quote.expiresAt = max(expiresAt, earlier.expiresAt)
        return quote
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(product.value)
        writer.write(day)
        writer.write(anchor)
        writer.write(price)
        writer.write(expiresAt)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        product = ProductKey(try reader.read())
        day = try reader.read()
        anchor = try reader.readMoney()
        price = try reader.readMoney()
        expiresAt = try reader.readTimestamp()
    }

    static let encodedBytes = 36
}
