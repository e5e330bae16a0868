// The message of a quote's token, which the cluster authenticates and clients carry without looking into it.

import Domain
import Testing
import Wire

struct QuoteTokenTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func whatIsPromisedIsReadBack(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let quote = samples.quote(for: samples.user())
        let token = QuoteToken(quote)
        #expect(try QuoteToken.decode(token.encoded()) == token)
        #expect(token.user == quote.user && token.issuedAt == quote.issuedAt)
        #expect(token.promise.id == quote.id && token.promise.total == quote.total)
        #expect(token.promise.lines.map(\.unitPrice) == quote.lines.map(\.unitPrice))
    }

    @Test func theLayoutIsTheOneInTheSpecification() throws {
        let line = QuotedLine(
            product: "p1", quantity: 2, listPrice: Money(minorUnits: 219), personalPrice: Money(minorUnits: 199),
            unitPrice: Money(minorUnits: 199), level: .personal, reasons: [.optimum], promotion: nil,
            total: Money(minorUnits: 398))
        let quote = Quote(
            id: RequestID(high: 1, low: 2), user: UserKey(tenant: "demo", user: "2337"),
            currency: try #require(Currency(code: "USD")), issuedAt: Timestamp(milliseconds: 3),
            expiresAt: Timestamp(milliseconds: 4), level: .personal, modelVersion: 5, arm: "treatment", segment: "",
            lines: [line], total: Money(minorUnits: 398))
        let expected = [
            "01",  // version
            "04000000", "64656d6f",  // tenant
            "04000000", "32333337",  // user
            "0100000000000000", "0200000000000000",  // quote id
            "03000000", "555344",  // currency
            "0500000000000000",  // model version
            "0300000000000000", "0400000000000000",  // issued, expires
            "8e01000000000000",  // total
            "01000000",  // lines
            "02000000", "7031", "0200000000000000", "c700000000000000",  // product, quantity, unit price
        ].joined()
        #expect(QuoteToken(quote).encoded() == JSON.bytes(hexadecimal: expected))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyMutationIsATokenOrARefusal(seed: UInt64) {
        var samples = Samples(seed: seed)
        let original = QuoteToken(samples.quote(for: samples.user())).encoded()
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &samples.generator) {
                let position = Int.random(in: 0..<max(1, bytes.count), using: &samples.generator)
                guard position < bytes.count else { continue }
                switch samples.generator.next() % 4 {
                case 0: bytes.removeLast(bytes.count - position)
                case 1: bytes[position] = 0xff
                case 2: bytes.insert(0, at: position)
                default: bytes[position] = UInt8(truncatingIfNeeded: samples.generator.next())
                }
            }
            check(bytes)
        }
    }

    @Test func everyCutIsARefusal() {
        var samples = Samples(seed: 3)
        let bytes = QuoteToken(samples.quote(for: samples.user())).encoded()
        for count in bytes.indices { #expect(throws: Refusal.self) { try QuoteToken.decode(bytes.prefix(count)) } }
        #expect(throws: Refusal.self) { try QuoteToken.decode(bytes + [0]) }
    }

    @Test func aCountThatCannotBeTrueAllocatesNothing() {
        var samples = Samples(seed: 4)
        var quote = samples.quote(for: samples.user())
        quote.lines = []
        let bytes = QuoteToken(quote).encoded().dropLast(4) + [0xff, 0xff, 0xff, 0xff]
        #expect(throws: Refusal.self) { try QuoteToken.decode(bytes) }
    }

    /// What was understood says the same when it is written again.
    private func check(_ bytes: [UInt8]) {
        do throws(Refusal) {
            #expect(try QuoteToken.decode(bytes).encoded() == bytes)
        } catch {
            #expect(error.code == .invalidQuote && error.place == "token")
        }
    }
}
