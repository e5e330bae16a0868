import Domain
import Testing
import WorkerCore

@Suite struct DealTests {
    private let anna = Shop.user("anna")

    private func later(_ milliseconds: Int64) -> Timestamp { Shop.noon.adding(milliseconds: milliseconds) }

    private func shell(deal price: Int64, for milliseconds: Int64 = Shop.day) throws -> PaperShell {
        var shell = try PaperShell.open()
        let deal = Deal(price: Money(minorUnits: price), endsAt: later(milliseconds))
        _ = shell.send([Shop.row("milk", deal: deal, from: Shop.noon)])
        shell.settle()
        return shell
    }

    @Test func theLowerOfDealAndPersonalPriceIsPaid() throws {
        var without = try PaperShell.open()
        let personal = try without.price(anna, "milk").lines[0].unitPrice
        for price in [personal.minorUnits - 1, personal.minorUnits, personal.minorUnits + 1] {
            var shell = try shell(deal: price)
            let line = try shell.price(anna, "milk").lines[0]
            #expect(line.unitPrice.minorUnits == min(price, personal.minorUnits))
            #expect(line.promotion?.applied == (price < personal.minorUnits))
            #expect(line.reasons.contains(.publicDeal) == (price < personal.minorUnits))
            #expect(line.personalPrice == personal, "a deal does not touch the personal price")
            #expect(line.level == .segment)
        }
    }

    @Test func aDealHoldsForTheControlArmAndWithoutAModelToo() throws {
        let deal = Deal(price: Money(minorUnits: 15_000), endsAt: later(Shop.day))
        var shell = PaperShell(
            log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: [Shop.row("milk", deal: deal)])]])
        let line = try shell.price(anna, "milk").lines[0]
        #expect(line.unitPrice == deal.price)
        #expect(line.level == .list)
    }

    @Test func aQuoteEndsWithTheFirstDealInItSoThatNoLaterQuoteIsDearerWhileItLasts() throws {
        var shell = try shell(deal: 15_000, for: 2 * Shop.minute)
        let quote = try shell.price(anna, "eggs", "milk")
        #expect(quote.expiresAt == later(2 * Shop.minute))
        let last = try shell.price(anna, "milk", at: later(2 * Shop.minute - 1))
        #expect(last.lines[0].unitPrice == Money(minorUnits: 15_000))
        let after = try shell.price(anna, "milk", at: quote.expiresAt)
        #expect(after.lines[0].unitPrice == quote.lines[1].personalPrice)
        #expect(after.expiresAt >= quote.expiresAt.adding(milliseconds: Shop.window))
    }

    @Test func aDealThatIsNotPaidOrThatLastsLongerDoesNotShortenAQuote() throws {
        for (price, lasts) in [(Int64(29_999), 2 * Shop.minute), (15_000, Shop.day)] {
            var shell = try shell(deal: price, for: lasts)
            #expect(try shell.price(anna, "milk").expiresAt >= later(Shop.window))
        }
    }

    @Test func tomorrowsPersonalPriceDoesNotStartFromTodaysDeal() throws {
        var shell = try shell(deal: 15_000, for: Shop.minute)
        var without = try PaperShell.open()
        _ = try shell.price(anna, "milk")
        _ = try without.price(anna, "milk")
        let tomorrow = later(Shop.day)
        #expect(
            try shell.price(anna, "milk", at: tomorrow).lines[0].unitPrice
                == without.price(anna, "milk", at: tomorrow).lines[0].unitPrice)
    }
}
