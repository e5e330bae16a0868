// How personal a price is, and why: personal → segment → list → refusal.

import Domain
import Pricing
import Testing
import WorkerCore

@Suite struct PriceLadderTests {
    private let anna = Shop.user("anna")

    /// Anna has bought milk in five weeks.
    private func shellThatKnowsAnna(_ configuration: WorkerConfiguration = Shop.configuration()) throws -> PaperShell {
        var shell = try PaperShell.open(configuration)
        _ = shell.send((1...5).map { Shop.event(UInt64($0), weeksAgo: $0, "milk") }, of: anna)
        shell.settle()
        return shell
    }

    @Test func aShopperWithAPastGetsAPersonalPrice() throws {
        var shell = try shellThatKnowsAnna()
        let quote = try shell.price(anna, "milk")
        #expect(quote.level == .personal)
        #expect(quote.segment == "")
        #expect(quote.lines[0].reasons.contains(.optimum))
        #expect(!quote.lines[0].reasons.contains(.unknownShopper))
        #expect(quote.lines[0].unitPrice < quote.lines[0].listPrice)
    }

    @Test func whatWasBoughtMattersToThePrice() throws {
        var shell = try shellThatKnowsAnna(Shop.configuration(smoothing: 1, dailyMove: 1))
        let quote = try shell.price(anna, "milk", "eggs")
        #expect(quote.lines[0].unitPrice != quote.lines[1].unitPrice)
    }

    @Test func anUnknownShopperIsPricedLikeTheSegmentAndToldSo() throws {
        var shell = try shellThatKnowsAnna()
        let quote = try shell.price(Shop.user("nobody"), "milk", "eggs")
        #expect(quote.level == .segment)
        #expect(quote.segment == "newcomers")
        for line in quote.lines {
            #expect(line.level == .segment)
            #expect(line.reasons.contains(.unknownShopper))
        }
        // Nothing about the shopper can matter, so all newcomers pay the same.
        let other = try shell.price(Shop.user("somebody else"), "milk", "eggs")
        #expect(other.lines == quote.lines)
    }

    @Test func thisWeeksFirstBasketMakesNobodyKnownBeforeTheWeekIsOver() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, weeksAgo: 0, "milk")], of: anna)
        shell.settle()
        #expect(try shell.price(anna, "milk").level == .segment)
        #expect(try shell.price(anna, "milk", at: Shop.noon.adding(milliseconds: Shop.week)).level == .personal)
    }

    @Test func aPastOfMoreThanAYearAgoIsNoPast() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, weeksAgo: 1, "milk")], of: anna)
        shell.settle()
        #expect(try shell.price(anna, "milk", at: Shop.noon.adding(milliseconds: 51 * Shop.week)).level == .personal)
        #expect(try shell.price(anna, "milk", at: Shop.noon.adding(milliseconds: 52 * Shop.week)).level == .segment)
    }

    @Test func withoutAModelEverybodyPaysTheListPrice() throws {
        var shell = PaperShell(log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: Shop.rows)]])
        let quote = try shell.price(anna, "milk")
        #expect(quote.level == .list)
        #expect(quote.modelVersion == 0)
        #expect(Array(quote.lines[0].reasons) == [.noModel])
        #expect(quote.lines[0].unitPrice == quote.lines[0].listPrice)
    }

    @Test func aProductThatTheModelDoesNotKnowIsSoldAtItsListPrice() throws {
        var shell = try shellThatKnowsAnna()
        let quote = try shell.price(anna, "milk", Shop.unmodelled, "eggs")
        #expect(quote.lines.map(\.level) == [.personal, .list, .personal])
        #expect(quote.level == .list, "a quote is as personal as its least personal line")
        #expect(Array(quote.lines[1].reasons) == [.unknownToModel])
        #expect(quote.lines[1].unitPrice == quote.lines[1].listPrice)
        // The other lines do not notice their neighbour.
        #expect(try shell.price(anna, "milk", "eggs").lines == [quote.lines[0], quote.lines[2]])
    }

    @Test func theControlArmPaysTheListPriceWhateverIsKnown() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0.5)
        let configuration = Shop.configuration(experiment: experiment)
        for arm in [ExperimentArm.personal, .control] {
            let user = Shop.user(in: arm, of: experiment)
            var shell = try PaperShell.open(configuration)
            _ = shell.send([Shop.event(1, "milk")], of: user)
            shell.settle()
            let quote = try shell.price(user, "milk")
            #expect(quote.arm == arm.name)
            #expect(quote.level == (arm == .control ? .list : .personal))
            #expect(quote.lines[0].reasons.contains(.controlArm) == (arm == .control))
            #expect((quote.lines[0].unitPrice == quote.lines[0].listPrice) == (arm == .control))
        }
    }

    @Test func aQuoteAddsUpAndNamesItsModel() throws {
        var shell = try shellThatKnowsAnna()
        let quote = try shell.price(anna, "milk", "eggs", quantity: 3)
        for line in quote.lines { #expect(line.total == line.unitPrice.times(3)) }
        #expect(quote.total == quote.lines[0].total + quote.lines[1].total)
        #expect(quote.modelVersion == 1)
        #expect(quote.issuedAt == Shop.noon)
        #expect(quote.expiresAt >= Shop.noon.adding(milliseconds: Shop.window))
        #expect(try shell.price(anna, "milk").id != quote.id)
    }

    @Test func aProductTwiceInOneCartHasOnePrice() throws {
        var shell = try shellThatKnowsAnna()
        let quote = try shell.price(anna, "milk", "eggs", "milk")
        #expect(quote.lines[0] == quote.lines[2])
    }

    @Test func theLargestCartIsPriced() throws {
        let products = (0..<Limits.cartLines).map { "p\($0)" }
        var shell = PaperShell(
            log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: products.map { Shop.row($0) })]],
            model: try Shop.bundle())
        let request = PriceRequest(
            user: anna, currency: Shop.rows[0].currency,
            lines: products.map { CartLine(product: $0, quantity: Limits.quantity) })
        let quote = try shell.price(request, header: shell.header(anna))
        #expect(quote.lines.map(\.product) == products)
    }

    // MARK: - Refusals

    @Test func aProductThatIsNotInTheCatalogueIsRefused() throws {
        var shell = try PaperShell.open()
        let error = #expect(throws: Refusal.self) { try shell.price(anna, "milk", "mlik") }
        #expect(error?.code == .unknownProduct)
        #expect(error?.place == "lines[1].product")
        #expect(error?.value == "mlik")
        #expect(refusalCode { try shell.price(UserKey(tenant: "other", user: "anna"), "milk") } == .unknownProduct)
    }

    @Test func aProductIsUnknownUntilItsRowTakesEffect() throws {
        var shell = try PaperShell.open()
        let tomorrow = Shop.noon.adding(milliseconds: Shop.day)
        _ = shell.send([Shop.row("tea", from: tomorrow)])
        shell.settle()
        #expect(refusalCode { try shell.price(anna, "tea") } == .unknownProduct)
        #expect(try shell.price(anna, "tea", at: tomorrow).lines.count == 1)
    }

    @Test func aPlannedPriceTakesEffectByItself() throws {
        var shell = try PaperShell.open()
        let tomorrow = Shop.noon.adding(milliseconds: Shop.day)
        _ = shell.send([Shop.row(Shop.unmodelled, list: 20_000, from: tomorrow)])
        shell.settle()
        let user = Shop.user("nobody")
        #expect(try shell.price(user, Shop.unmodelled).lines[0].listPrice == Money(minorUnits: 30_000))
        #expect(
            try shell.price(user, Shop.unmodelled, at: tomorrow).lines[0].listPrice == Money(minorUnits: 20_000))
    }

    @Test func anotherCurrencyThanTheCataloguesIsRefused() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.row("tea", currency: "EUR")])
        shell.settle()
        #expect(refusalCode { try shell.price(anna, "milk", "tea") } == .currencyMismatch)
    }

    @Test func aCartUnderAnotherUsersHashIsMisrouted() throws {
        var shell = try PaperShell.open()
        let request = PriceRequest(
            user: anna, currency: Shop.rows[0].currency, lines: [CartLine(product: "milk", quantity: 1)])
        #expect(
            refusalCode { try shell.price(request, header: shell.header(Shop.user("ben"))) } == .misrouted)
    }

    @Test func anIndexThatHasNotBeenAppliedIsNotYetReadable() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        #expect(refusalCode { try shell.price(anna, "milk", seeing: 1) } == .notYetReadable)
        shell.settle()
        #expect(try shell.price(anna, "milk", seeing: 1).level == .personal)
        #expect(shell.core.index(seenBy: anna.hash) == 1)
        #expect(refusalCode { try shell.price(anna, "milk", seeing: 2) } == .notYetReadable)
    }

    @Test func aRefusedCartLeavesNoTrace() throws {
        var shell = try PaperShell.open()
        _ = refusalCode { try shell.price(anna, "milk", "mlik") }
        shell.flush()
        #expect(shell.underWay.isEmpty)
    }
}
