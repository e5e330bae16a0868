// At a limit is inside it. What lies one step beyond is in the vectors (`brokenBodiesAreRefusedAsTheVectorsSay`).

import Domain
import Testing
import Wire

struct LimitTests {
    private let reader = Reader()
    private let encoder = BodyEncoder()
    private let dollars = Currency(code: "USD")
    private let longest = String(repeating: "x", count: Limits.identifierBytes)

    @Test func theLargestCartIsRead() throws {
        let cart = PriceRequest(
            user: UserKey(tenant: longest, user: longest), currency: try #require(dollars),
            lines: Array(repeating: CartLine(product: longest, quantity: Limits.quantity), count: Limits.cartLines))
        #expect(try reader.priceRequest(encoder.priceRequest(cart).bytes) == cart)
    }

    @Test func theLargestAmountsAndTimesOfAnEventAreRead() throws {
        let item = BasketItem(product: longest, quantity: Limits.quantity, paid: Limits.price)
        let basket = Basket(
            spend: Limits.price, lines: .max, dealLines: .max,
            items: Array(repeating: item, count: Limits.itemsInBasket))
        let id = [UInt8](repeating: 0xff, count: Limits.eventIdentifierBytes)
        for time in [Timestamp.acceptable.lowerBound, Timestamp.acceptable.upperBound] {
            let event = Event(id: EventID(digesting: id), occurredAt: time, basket: basket)
            let packed = encoder.eventBatch(user: Reader.user, events: [(id, event)])
            #expect(try reader.eventBatch(packed.bytes).events == [event])
        }
    }

    @Test func aThousandEventsAreRead() throws {
        let basket = Basket(spend: .zero, lines: 0, dealLines: 0, items: [])
        let events = (0..<Limits.eventsInBatch).map { number in
            let id = Array("\(number)".utf8)
            return (
                id: id,
                event: Event(id: EventID(digesting: id), occurredAt: Timestamp(milliseconds: 1), basket: basket)
            )
        }
        let packed = encoder.eventBatch(user: Reader.user, events: events)
        #expect(try reader.eventBatch(packed.bytes).events == events.map(\.event))
    }

    @Test func aThousandCatalogueRowsAreRead() throws {
        let row = CatalogueRow(
            product: longest, name: String(repeating: "é", count: Limits.nameBytes / 2),
            category: String(repeating: "c", count: Limits.nameBytes), currency: try #require(dollars),
            listPrice: Limits.price, unitCost: Limits.price, minimumPrice: Limits.price,
            deal: Deal(price: Limits.price, endsAt: Timestamp.acceptable.upperBound), displayShare: 1, mailerShare: 0,
            effectiveAt: Timestamp.acceptable.upperBound)
        let rows = Array(repeating: row, count: Limits.rowsInCatalogueBatch)
        let packed = encoder.catalogueBatch(tenant: longest, currency: row.currency, rows: rows)
        #expect(try reader.catalogueBatch(packed.bytes).rows == rows)
    }

    @Test func aBodyOfExactlyTheLargestSizeIsRead() throws {
        var count = Limits.bodyBytes
        while encoder.verifyRequest(user: Reader.user, token: Array(repeating: 7, count: count)).count
            > Limits.bodyBytes
        {
            count -= 1
        }
        let token = [UInt8](repeating: 7, count: count)
        let bytes = encoder.verifyRequest(user: Reader.user, token: token).bytes
        #expect(bytes.count == Limits.bodyBytes)
        #expect(try reader.verifyRequest(bytes).token == token)
    }

    @Test func everyDecoderRefusesABodyThatIsTooLarge() {
        let bytes = [UInt8](repeating: 0, count: Limits.bodyBytes + 1)
        for (message, decode) in reader.decoders {
            #expect(whyRefused(bytes, decode)?.code == .frameTooLarge, "\(message)")
        }
    }

    @Test func everyCartOfCurrenciesIsReadAndNoOther() throws {
        for code in Currency.supportedCodes {
            let cart = PriceRequest(
                user: Reader.user, currency: try #require(Currency(code: code)),
                lines: [CartLine(product: "p", quantity: 1)])
            #expect(try reader.priceRequest(encoder.priceRequest(cart).bytes).currency.code == code)
        }
        #expect(!Currency.supportedCodes.contains("XXX"))
    }

    // MARK: - Building and refusing are bounded too

    @Test func aMessageBeyondTheLimitsIsBuiltAndThenRefused() throws {
        let cart = PriceRequest(
            user: Reader.user, currency: try #require(dollars),
            lines: Array(repeating: CartLine(product: longest, quantity: 1), count: 50_000))
        let small = BodyEncoder(capacity: 64)
        let bytes = small.priceRequest(cart).bytes
        #expect(bytes == encoder.priceRequest(cart).bytes)
        let why = whyRefused(bytes) { bytes throws(Refusal) in _ = try reader.priceRequest(bytes) }
        #expect(why?.code == .frameTooLarge)
        #expect(small.statusRequest().bytes.isEmpty)
    }

    @Test func theRefusalOfAGiantValueIsSmall() throws {
        // One visible character of half a million combining accents.
        let giant = "a" + String(repeating: "\u{301}", count: 500_000)
        let cart = PriceRequest(
            user: UserKey(tenant: giant, user: "u"), currency: try #require(dollars),
            lines: [CartLine(product: "p", quantity: 1)])
        let bytes = encoder.priceRequest(cart).bytes
        let why = try #require(whyRefused(bytes) { bytes throws(Refusal) in _ = try reader.priceRequest(bytes) })
        #expect(why.code == .invalidIdentifier && why.place == "tenant")
        #expect(encoder.refusal(why).count < 1_024)
    }

    @Test func everyRefusalThatIsSentCanBeRead() throws {
        let words = String(repeating: "long ", count: 100_000)
        for code in RefusalCode.allCases {
            let refusal = Refusal(code, place: words, value: words, remedy: words)
            #expect(try reader.refusal(encoder.refusal(refusal).bytes) == refusal)
        }
    }
}
