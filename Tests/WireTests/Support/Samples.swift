// Random values inside `Limits`, the edges more often than chance would have them.

import Domain

struct Samples {
    var generator: Generator

    init(seed: UInt64) { generator = Generator(seed: seed) }

    mutating func word() -> UInt64 { [0, 1, .max, generator.next()].randomElement(using: &generator) ?? 0 }
    mutating func half() -> UInt32 { UInt32(truncatingIfNeeded: word()) }
    mutating func partition() -> PartitionID { PartitionID(UInt16(truncatingIfNeeded: word())) }

    /// Text of so many bytes of UTF-8.
    mutating func text(_ bytes: ClosedRange<Int>) -> String {
        let count = Int.random(in: bytes, using: &generator)
        var text = ""
        while text.utf8.count < count {
            let scalar = ["a", "7", " ", "é", "顾", "🛒", "\u{301}", "\u{1}"].randomElement(using: &generator) ?? "a"
            text += text.utf8.count + scalar.utf8.count <= count ? scalar : "x"
        }
        return text
    }

    /// Text without control characters.
    mutating func line(_ bytes: ClosedRange<Int>) -> String {
        String(String.UnicodeScalarView(text(bytes).unicodeScalars.map { $0 == "\u{1}" ? "-" : $0 }))
    }

    mutating func identifier() -> String { text(1...Limits.identifierBytes) }
    mutating func user() -> UserKey { UserKey(tenant: identifier(), user: identifier()) }

    mutating func currency() -> Currency {
        Currency.supportedCodes.randomElement(using: &generator).flatMap(Currency.init(code:)) ?? Self.dollars
    }

    private static let dollars: Currency = {
        guard let dollars = Currency(code: "USD") else { preconditionFailure("dollars are supported") }
        return dollars
    }()

    mutating func integer(_ range: ClosedRange<Int64>) -> Int64 {
        [range.lowerBound, range.upperBound, .random(in: range, using: &generator)].randomElement(using: &generator)
            ?? range.lowerBound
    }

    mutating func money(_ range: ClosedRange<Int64>) -> Money { Money(minorUnits: integer(range)) }
    mutating func price() -> Money { money(1...Limits.price.minorUnits) }
    mutating func amount() -> Money { money(0...Limits.price.minorUnits) }
    mutating func quantity() -> Int64 { integer(1...Limits.quantity) }
    mutating func share() -> Float {
        [0, 1, .random(in: 0...1, using: &generator)].randomElement(using: &generator) ?? 0
    }
    mutating func real() -> Double { .random(in: -1e9...1e9, using: &generator) }

    mutating func time() -> Timestamp {
        let range = Timestamp.acceptable
        return Timestamp(milliseconds: integer(range.lowerBound.milliseconds...range.upperBound.milliseconds))
    }

    mutating func some<Value>(_ count: ClosedRange<Int>, _ make: (inout Samples) -> Value) -> [Value] {
        (0..<Int.random(in: count, using: &generator)).map { _ in make(&self) }
    }

    // MARK: - Requests

    mutating func priceRequest() -> PriceRequest {
        PriceRequest(
            user: user(), currency: currency(),
            lines: some(1...20) { CartLine(product: $0.identifier(), quantity: $0.quantity()) })
    }

    mutating func events() -> [(id: [UInt8], event: Event)] {
        some(1...10) { samples in
            let id = samples.generator.bytes(Int.random(in: 1...64, using: &samples.generator))
            let lines = samples.half()
            let basket = Basket(
                spend: samples.amount(), lines: lines,
                dealLines: .random(in: 0...lines, using: &samples.generator),
                items: samples.some(0...10) {
                    BasketItem(product: $0.identifier(), quantity: $0.quantity(), paid: $0.amount())
                })
            return (id, Event(id: EventID(digesting: id), occurredAt: samples.time(), basket: basket))
        }
    }

    mutating func catalogueRows(_ currency: Currency) -> [CatalogueRow] {
        some(1...10) { samples in
            let listPrice = samples.price()
            return CatalogueRow(
                product: samples.identifier(), name: samples.text(0...128), category: samples.text(0...128),
                currency: currency, listPrice: listPrice, unitCost: samples.amount(),
                minimumPrice: Bool.random(using: &samples.generator)
                    ? samples.money(1...listPrice.minorUnits) : nil,
                deal: Bool.random(using: &samples.generator)
                    ? Deal(price: samples.price(), endsAt: samples.time()) : nil,
                displayShare: samples.share(), mailerShare: samples.share(), effectiveAt: samples.time())
        }
    }
}
