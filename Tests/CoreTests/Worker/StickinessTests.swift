// What a shopper has been promised, and how prices move from day to day.

import Domain
import Models
import Pricing
import Testing
import WorkerCore

@Suite struct StickinessTests {
    private let anna = Shop.user("anna")

    private func later(_ milliseconds: Int64) -> Timestamp { Shop.noon.adding(milliseconds: milliseconds) }

    /// Under this model nobody minds the price: left alone, prices rise to the list price.
    private func greedyModel() throws -> ModelBundle { try Shop.bundle(version: 2, logSlope: -5) }

    private func unitPrice(
        _ shell: inout PaperShell, _ product: String = "milk", at now: Timestamp = Shop.noon
    ) throws -> Money {
        try shell.price(anna, product, at: now).lines[0].unitPrice
    }

    // MARK: - Inside the window

    @Test func aQuoteIsNotRaisedBeforeItExpires() throws {
        var shell = try PaperShell.open()
        let quote = try shell.price(anna, "milk")
        let promised = quote.lines[0].unitPrice
        shell.load(try greedyModel())
        let again = try shell.price(anna, "milk", at: quote.expiresAt.adding(milliseconds: -1))
        #expect(again.lines[0].unitPrice == promised)
        #expect(again.lines[0].reasons.contains(.sticky))
    }

    @Test func aQuoteMayRiseOnceItHasExpired() throws {
        var shell = try PaperShell.open()
        let quote = try shell.price(anna, "milk")
        shell.load(try greedyModel())
        let after = try shell.price(anna, "milk", at: quote.expiresAt)
        #expect(after.lines[0].unitPrice > quote.lines[0].unitPrice)
        #expect(!after.lines[0].reasons.contains(.sticky))
    }

    @Test func aHigherListPriceWaitsAndALowerOneDoesNot() throws {
        for (list, waits) in [(Int64(60_000), true), (15_000, false)] {
            var shell = try PaperShell.open()
            let promised = try unitPrice(&shell)
            _ = shell.send([Shop.row("milk", list: list, from: Shop.noon)])
            shell.settle()
            let now = try unitPrice(&shell, at: later(1))
            #expect(waits ? now == promised : now <= Money(minorUnits: 15_000))
        }
    }

    @Test func thePublicPriceIsAPromiseToo() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 1)
        var shell = try PaperShell.open(Shop.configuration(experiment: experiment))
        let quote = try shell.price(anna, "milk")
        _ = shell.send([Shop.row("milk", list: 60_000, from: Shop.noon)])
        shell.settle()
        let last = quote.expiresAt.adding(milliseconds: -1)
        #expect(try shell.explain(anna, "milk", at: last).quote.lines[0].unitPrice == quote.lines[0].unitPrice)
        #expect(try unitPrice(&shell, at: quote.expiresAt) == Money(minorUnits: 60_000))
    }

    /// Every quote promises anew, so a price does not rise for as long as its shopper keeps asking.
    @Test func askingBeforeAQuoteExpiresKeepsThePriceForAnotherWindow() throws {
        var shell = try PaperShell.open()
        let promised = try unitPrice(&shell)
        shell.load(try greedyModel())
        for quarter in Int64(1)...20 {
            #expect(try unitPrice(&shell, at: later(quarter * 14 * Shop.minute)) == promised)
        }
    }

    /// At every moment between a quote and its expiry, however it travels: waiting to be logged, being logged,
    /// logged, refused by a full disk, read back by another process.
    enum Journey: String, CaseIterable {
        case shown, beingLogged, logged, notWritten, notWrittenTogetherWithEvents, otherAppendNotWritten, restarted
    }

    @Test(arguments: Journey.allCases)
    func aPromiseOutlivesEveryStepOnItsWayToTheLog(_ journey: Journey) throws {
        var shell = try PaperShell.open()
        if journey == .otherAppendNotWritten { _ = shell.send([Shop.event(1, "milk")], of: anna) }
        let quote = try shell.price(anna, "milk")
        switch journey {
        case .shown: break
        case .beingLogged: shell.flush()
        case .logged:
            shell.flush()
            shell.settle()
        case .notWritten:
            shell.flush()
            shell.failAppend(.notWritten("disk full", remedy: "free space"))
        case .notWrittenTogetherWithEvents:
            _ = shell.send([Shop.event(1, "eggs")], of: anna)
            shell.flush()
            _ = shell.send([Shop.event(2, "eggs")], of: anna)
            shell.finishAppend()
            shell.failAppend(.notWritten("disk full", remedy: "free space"))
        case .otherAppendNotWritten:
            // The exposures wait behind the events that fail.
            shell.flush()
            shell.failAppend(.notWritten("disk full", remedy: "free space"))
        case .restarted:
            shell.flush()
            shell.settle()
            shell = try shell.restarted()
        }
        shell.load(try greedyModel())
        #expect(
            try unitPrice(&shell, at: quote.expiresAt.adding(milliseconds: -1)) == quote.lines[0].unitPrice)
        if journey == .notWritten || journey == .otherAppendNotWritten {
            shell.settle()
            shell.flush()
            shell.settle()
            #expect(Set(shell.loggedExposures().map(\.personalPrice)) == [quote.lines[0].personalPrice])
        }
    }

    @Test func askingAgainSoonGivesTheSameQuoteAndNothingNewToRemember() throws {
        var shell = try PaperShell.open()
        let first = try shell.price(anna, "milk", "eggs", at: later(1))
        shell.flush()
        shell.settle()
        let written = shell.log
        for second in Int64(1)...100 {
            let again = try shell.price(anna, "milk", "eggs", at: later(second * 1_000))
            #expect(again.lines == first.lines)
            shell.flush(at: later(second * 1_000))
        }
        #expect(shell.log == written)
        #expect(shell.underWay.isEmpty)
    }

    @Test func aQuoteLastsItsWindowAndAtMostAQuarterMore() throws {
        var shell = try PaperShell.open()
        for minute in Int64(0)..<60 {
            let now = later(minute * Shop.minute + 1)
            let lasts = try shell.price(anna, "milk", at: now).expiresAt.milliseconds - now.milliseconds
            #expect(Shop.window...(Shop.window * 5 / 4) ~= lasts)
        }
    }

    // MARK: - From day to day

    @Test func askingManyTimesInADayDoesNotMoveThePrice() throws {
        var shell = try PaperShell.open()
        for day in Int64(0)..<3 {
            let price = try unitPrice(&shell, at: later(day * Shop.day))
            for hour in Int64(1)..<12 {
                // Each time the earlier quote has expired.
                let now = later(day * Shop.day + hour * 60 * Shop.minute)
                #expect(try unitPrice(&shell, at: now) == price)
                shell.flush(at: now)
                shell.settle()
            }
        }
    }

    @Test func eachDayMovesHalfOfWhatIsLeftAndNeverMoreThanATenth() throws {
        var shell = try PaperShell.open()
        var earlier = Money(minorUnits: 30_000)
        let optimum = try shell.explain(anna, "milk").lines[0].optimum
        #expect(optimum < 27_000)
        for day in Int64(0)..<20 {
            let price = try unitPrice(&shell, at: later(day * Shop.day))
            let half = earlier.real + (optimum - earlier.real) / 2
            #expect(abs(price.real - max(half, 0.9 * earlier.real)) <= 1)
            earlier = price
            if day % 3 == 1 { shell.flush(at: later(day * Shop.day)) }
            shell.settle()
        }
        #expect(abs(earlier.real - optimum) <= 2)
    }

    @Test func aRestartBetweenTwoDaysMovesNothing() throws {
        var shell = try PaperShell.open()
        _ = try unitPrice(&shell)
        shell.flush()
        shell.settle()
        var restarted = try shell.restarted()
        #expect(try unitPrice(&restarted, at: later(Shop.day)) == unitPrice(&shell, at: later(Shop.day)))
    }

    @Test func afterAWeekOfSilencePricesMoveFromTheListPriceAgain() throws {
        var shell = try PaperShell.open()
        let first = try unitPrice(&shell)
        #expect(try shell.explain(anna, "milk", at: later(7 * Shop.day)).quote.lines[0].unitPrice < first)
        #expect(try shell.explain(anna, "milk", at: later(8 * Shop.day)).quote.lines[0].unitPrice == first)
    }

    // MARK: - Memory

    /// Past its capacity the promise that ends first is forgotten. A token is honoured all the same; only a new
    /// quote may then be dearer.
    @Test func theLatestHundredTwentyEightProductsAreRemembered() throws {
        let products = (0..<130).map { "p\($0)" }
        var shell = PaperShell(
            log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: products.map { Shop.row($0, list: 20_000) })]])
        for (number, product) in products.enumerated() {
            // The first two expire a quarter of the window before the others.
            _ = try shell.price(anna, product, at: later(number < 2 ? 0 : 1))
            shell.flush()
            shell.settle()
        }
        _ = shell.send(products.map { Shop.row($0, list: 30_000, from: Shop.noon) })
        shell.settle()
        let soon = later(Shop.minute)
        let raised = try products.filter { try unitPrice(&shell, $0, at: soon) == Money(minorUnits: 30_000) }
        #expect(raised == ["p0", "p1"])
    }
}
