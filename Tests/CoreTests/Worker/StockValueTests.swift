// What a unit is worth, instead of what it costs: whose prices follow it, how far, and for how long.

import Domain
import Models
import Pricing
import Testing
import WorkerCore

@Suite struct StockValueTests {
    private let anna = Shop.user("anna")

    private func later(days: Int64) -> Timestamp { Shop.noon.adding(milliseconds: days * Shop.day) }

    /// Prices that jump to the optimum.
    private func shell(experiment: Experiment = Experiment(salt: "autumn", controlShare: 0)) throws -> PaperShell {
        try PaperShell.open(Shop.configuration(experiment: experiment, smoothing: 1, dailyMove: 1))
    }

    private func value(
        _ shell: inout PaperShell, worth: Int64, untilDay day: Int64 = 30, at now: Timestamp = Shop.noon
    ) {
        let ticket = shell.value("milk", worth: worth, until: later(days: day), at: now)
        shell.settle()
        #expect(shell.refusal(of: ticket) == nil)
    }

    private func line(_ shell: inout PaperShell, at now: Timestamp = Shop.noon, of user: UserKey? = nil) throws
        -> QuotedLine
    {
        try shell.price(user ?? anna, "milk", at: now).lines[0]
    }

    // MARK: - Prices

    /// The law: the price is the best one for a unit that costs what it is worth.
    @Test(arguments: [0, 5_000, 9_999, 14_000, 18_000, 25_000, 1_000_000])
    func thePriceIsTheBestOneForAUnitOfThatCost(worth: Int64) throws {
        var valued = try shell()
        value(&valued, worth: worth)
        let explained = try valued.explain(anna, "milk").lines[0]
        #expect(explained.unitWorth == Money(minorUnits: worth) && explained.unitCost == Money(minorUnits: 10_000))
        let curve = DemandCurve(
            intercept: explained.intercept, slope: explained.slope, reference: explained.referencePrice,
            centre: explained.centre)
        // Floor: the discount of at most a half; ceiling: the list price.
        let best = OptimalPrice.solve(curve, .profit, unitCost: Double(worth), within: 15_000...30_000)
        let line = try line(&valued)
        #expect(abs(line.personalPrice.real - best) <= 0.5)
        #expect(line.reasons.contains(.stock))
        var plain = try shell()
        let usual = try self.line(&plain).personalPrice
        #expect(worth < 10_000 ? line.personalPrice <= usual : line.personalPrice >= usual)
        #expect(try self.line(&plain).reasons.contains(.stock) == false)
    }

    /// Clearing a shelf sells below the cost plus margin no more than anything else does.
    @Test func floorsAreOfTheUnitCostWhateverAUnitIsWorth() throws {
        var shell = try shell()
        _ = shell.send([Shop.row("milk", cost: 28_000, from: Shop.noon)])
        value(&shell, worth: 0)
        let line = try line(&shell)
        #expect(line.personalPrice == Money(minorUnits: 29_400))
        #expect(line.reasons.contains(.floor))
    }

    @Test func itCountsUntilItEndsAndTheLatestOneOfAProductCounts() throws {
        var shell = try shell()
        let usual = try shell.explain(anna, "milk").lines[0].optimum
        func optimum(atDay day: Int64) throws -> Double {
            try shell.explain(anna, "milk", at: later(days: day)).lines[0].optimum
        }
        value(&shell, worth: 20_000, untilDay: 2)
        let dear = try optimum(atDay: 1)
        #expect(dear > usual)
        #expect(try optimum(atDay: 2) == usual)
        value(&shell, worth: 14_000, untilDay: 4)
        let dearer = try optimum(atDay: 3)
        #expect(dearer > usual && dearer < dear)
        let over = shell.value("milk", worth: 0, until: StockValue.over)
        shell.settle()
        #expect(shell.refusal(of: over) == nil)
        #expect(try optimum(atDay: 1) == usual)
    }

    /// It says nothing that the cost does not, or of another money, or to who maximises something else.
    @Test func aWorthThatCannotCountIsNotSaidToCount() throws {
        func line(_ shell: inout PaperShell) throws -> (QuotedLine, LineExplanation) {
            (try shell.price(anna, "milk").lines[0], try shell.explain(anna, "milk").lines[0])
        }
        var plain = try shell()
        let usual = try line(&plain)
        var atCost = try shell()
        value(&atCost, worth: 10_000)
        var euros = try shell()
        value(&euros, worth: 25_000)
        _ = euros.send([Shop.row("milk", currency: "EUR", from: Shop.noon)])
        euros.settle()
        let request = PriceRequest(
            user: anna, currency: Currency(code: "EUR")!, lines: [CartLine(product: "milk", quantity: 1)])
        let header = MessageHeader(kind: .price, deadlineMicroseconds: 1_000, keyHash: anna.hash, requestID: .none)
        #expect(try !euros.price(request, header: header).lines[0].reasons.contains(.stock))
        let line = try line(&atCost)
        #expect(line.0 == usual.0)
        #expect(line.1.unitWorth == nil)
    }

    @Test func whereNoOptimumIsAskedForAWorthIsNotExplained() throws {
        var control = try shell(experiment: Experiment(salt: "autumn", controlShare: 1))
        value(&control, worth: 25_000)
        #expect(try control.explain(anna, "milk").lines[0].unitWorth == nil)
        var frozen = try shell()
        _ = frozen.freeze("milk", until: later(days: 9))
        value(&frozen, worth: 25_000)
        #expect(try frozen.explain(anna, "milk").lines[0].unitWorth == nil)
    }

    /// A quote is honoured whatever the shelf looks like afterwards.
    @Test func aPromisedPriceIsNotRaised() throws {
        var shell = try shell()
        let quote = try shell.price(anna, "milk")
        value(&shell, worth: 25_000)
        #expect(try line(&shell).personalPrice == quote.lines[0].personalPrice)
        #expect(try line(&shell, at: quote.expiresAt).personalPrice > quote.lines[0].personalPrice)
    }

    @Test func frozenPricesAndTheControlArmDoNotFollowIt() throws {
        var frozen = try shell()
        let shown = try line(&frozen).personalPrice
        _ = frozen.freeze("milk", until: later(days: 9))
        value(&frozen, worth: 25_000)
        #expect(try line(&frozen, at: later(days: 1)).personalPrice == shown)
        #expect(try line(&frozen, at: later(days: 1)).reasons == [.frozen])

        var control = try shell(experiment: Experiment(salt: "autumn", controlShare: 1))
        value(&control, worth: 0)
        #expect(try line(&control).reasons == [.controlArm])
        #expect(try line(&control).personalPrice == Money(minorUnits: 30_000))
    }

    @Test func otherProductsAndOtherTenantsKeepTheirCosts() throws {
        var shell = try shell()
        let eggs = try shell.price(anna, "eggs").lines[0].personalPrice
        value(&shell, worth: 25_000)
        var other = try self.shell()
        #expect(try other.price(anna, "eggs").lines[0].personalPrice == eggs)
        #expect(try !shell.price(Shop.user("ben"), "eggs").lines[0].reasons.contains(.stock))
        let elsewhere = shell.value("milk", worth: 1, until: later(days: 1), tenant: "other")
        #expect(shell.refusal(of: elsewhere) == .unknownProduct)
    }

    /// Whatever ticket a shopper has, a dearer unit asks no less; and the chances of all prices shown add up.
    @Test func exploringPricesFollowItWithChancesThatAddUp() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0, exploringShare: 1)
        func shown(worth: Int64?) throws -> [UserKey: Exposure] {
            var shell = try shell(experiment: experiment)
            if let worth { value(&shell, worth: worth) }
            for number in 0..<200 { _ = try shell.price(Shop.user("drawn\(number)"), "milk") }
            shell.flush()
            shell.settle()
            let exposures = shell.log.values.joined().flatMap { record -> [Exposure] in
                if case .exposures(_, let exposures) = record { exposures } else { [] }
            }
            return Dictionary(exposures.map { ($0.user, $0) }) { $1 }
        }
        let (usual, dear) = (try shown(worth: nil), try shown(worth: 16_000))
        #expect(usual.count == 200 && dear.count == 200)
        var raised = 0
        for (user, exposure) in dear {
            let before = try #require(usual[user])
            #expect(exposure.personalPrice >= before.personalPrice)
            if exposure.personalPrice > before.personalPrice { raised += 1 }
        }
        #expect(raised > 100)
        let chances = Dictionary(dear.values.map { ($0.personalPrice.minorUnits, $0.propensity) }) { $1 }
        #expect(chances.count > 3)
        #expect(abs(chances.values.reduce(0, +) - 1) < 1e-5, "200 shoppers have drawn all of the sixteen tickets")
    }

    // MARK: - What is refused

    @Test func onlyWhatIsSoldHasAWorthInItsOwnCurrencyAndForAYearAtMost() throws {
        var shell = try shell()
        let written = shell.log
        let refused: [(Ticket, RefusalCode)] = [
            (shell.value("unheard of", worth: 1, until: later(days: 1)), .unknownProduct),
            (shell.value("milk", worth: 1, until: later(days: 1), currency: "EUR"), .currencyMismatch),
            (shell.value("milk", worth: 1, until: later(days: 366).adding(milliseconds: 1)), .invalidStockValue),
        ]
        shell.settle()
        for (ticket, code) in refused { #expect(shell.refusal(of: ticket) == code) }
        #expect(shell.log == written)
    }

    @Test func whoDoesNotLeadSendsABatchBack() throws {
        let script = CoreScript.following(0)
        let value = StockValue(
            product: "unheard of", worth: Money(minorUnits: 1), currency: Currency(code: "USD")!, until: later(days: 1))
        let refusal = refusalCode { try script.core.check([value], tenant: Shop.tenant, at: Shop.noon) }
        #expect(refusal == nil, "it may not know the product yet")
        var core = script.core
        var actions: [WorkerAction] = []
        core.stockValued([value], tenant: Shop.tenant, at: Shop.noon, ticket: Ticket(1), into: &actions)
        #expect(actions == [.answer(Ticket(1), .notLeader(.broadcast, epoch: 3))])
    }

    // MARK: - State

    private func valued(_ product: String, untilDay: Int64, atDay day: Int64 = 0) -> Record {
        .stockValues(
            tenant: Shop.tenant, at: later(days: day),
            [
                StockValue(
                    product: product, worth: Money(minorUnits: 7), currency: Currency(code: "USD")!,
                    until: later(days: untilDay))
            ])
    }

    @Test func itComesAfterEverythingElseInASnapshotAndNotAtAllWhereThereIsNone() throws {
        let rows = Record.catalogue(tenant: Shop.tenant, rows: Shop.rows)
        let freeze = Record.priceFreeze(
            PriceFreeze(tenant: Shop.tenant, product: "milk", until: later(days: 9), reason: "r", at: Shop.noon))
        let before = Replay.broadcastBytes(rows, freeze, .checkpoint)
        let with = Replay.broadcastBytes(rows, freeze, valued("milk", untilDay: 3))
        #expect(with.starts(with: before))
        #expect(with[before.count] == 3)
        #expect(try Replay(broadcast: with).frozen.encoded() == with)
        #expect(
            Replay.broadcastBytes(rows, freeze, valued("milk", untilDay: 3), valued("milk", untilDay: 1, atDay: 1))
                == Replay.broadcastBytes(rows, freeze, .checkpoint, .checkpoint))
        #expect(
            Replay.broadcastBytes(rows, valued("unheard of", untilDay: 3)) == Replay.broadcastBytes(rows, .checkpoint))
        // What has ended is dropped once the log knows of a later time.
        let eggs = valued("eggs", untilDay: 9, atDay: 3)
        #expect(
            Replay.broadcastBytes(rows, valued("milk", untilDay: 3), eggs)
                == Replay.broadcastBytes(rows, .checkpoint, eggs))
        #expect(
            Replay.broadcastBytes(rows, valued("milk", untilDay: 4), eggs)
                != Replay.broadcastBytes(rows, .checkpoint, eggs))
    }

    @Test func aSnapshotThatIsCutInItIsAnError() throws {
        let with = Replay.broadcastBytes(.catalogue(tenant: Shop.tenant, rows: Shop.rows), valued("milk", untilDay: 3))
        let without = Replay.broadcastBytes(.catalogue(tenant: Shop.tenant, rows: Shop.rows), .checkpoint)
        for cut in (without.count + 1)..<with.count {
            #expect(throws: ByteError.self) { try Replay(broadcast: Array(with.prefix(cut))) }
        }
    }
}
