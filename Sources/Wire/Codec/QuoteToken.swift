// The token of a quote: everything that must be honoured, in a form that any worker can check without
// remembering the quote. The bytes here are what the key authenticates; the tag is appended by the caller.

import Domain

/// A quote reduced to what is promised.
public struct QuoteToken: Equatable, Sendable {
    public var user: UserKey
    public var issuedAt: Timestamp
    public var promise: VerifiedQuote

    public init(_ quote: Quote) {
        user = quote.user
        issuedAt = quote.issuedAt
        promise = VerifiedQuote(
            id: quote.id, expiresAt: quote.expiresAt, currency: quote.currency, modelVersion: quote.modelVersion,
            lines: quote.lines.map { TokenLine(product: $0.product, quantity: $0.quantity, unitPrice: $0.unitPrice) },
            total: quote.total)
    }

    private static let formatVersion: UInt8 = 1

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.formatVersion)
        writer.write(user.tenant)
        writer.write(user.user)
        writer.write(promise.id.high)
        writer.write(promise.id.low)
        writer.write(promise.currency.code)
        writer.write(promise.modelVersion)
        writer.write(issuedAt)
        writer.write(promise.expiresAt)
        writer.write(promise.total)
        writer.write(promise.lines) { writer, line in
            writer.write(line.product)
            writer.write(line.quantity)
            writer.write(line.unitPrice)
        }
        return writer.bytes
    }

    public static func decode(_ bytes: some Collection<UInt8>) throws(Refusal) -> QuoteToken {
        do throws(ByteError) {
            var reader = ByteReader(Array(bytes))
            return try QuoteToken(from: &reader)
        } catch {
            throw Refusal(
                .invalidQuote, place: "token", value: error.description, remedy: "Present the token as it was issued.")
        }
    }

    private init(from reader: inout ByteReader) throws(ByteError) {
        guard try reader.read(UInt8.self) == Self.formatVersion else { throw reader.error("unknown token version") }
        user = UserKey(tenant: try reader.readString(), user: try reader.readString())
        let id = RequestID(high: try reader.read(), low: try reader.read())
        guard let currency = Currency(code: try reader.readString()) else { throw reader.error("unknown currency") }
        let modelVersion: UInt64 = try reader.read()
        issuedAt = try reader.readTimestamp()
        let expiresAt = try reader.readTimestamp()
        let total = try reader.readMoney()
        let lines = try reader.readArray(minimumBytes: 20) { reader throws(ByteError) in
            TokenLine(product: try reader.readString(), quantity: try reader.read(), unitPrice: try reader.readMoney())
        }
        promise = VerifiedQuote(
            id: id, expiresAt: expiresAt, currency: currency, modelVersion: modelVersion, lines: lines, total: total)
        try reader.finish()
    }
}
