// What a freeze keeps, for whom, and how prices go on after it.

import Domain
import Models
import Pricing
import Testing
import WorkerCore

@Suite struct FreezeTests {
    private let anna = Shop.user("anna")

    private func later(days: Int64, minutes: Int64 = 0) -> Timestamp {
        Shop.noon.adding(milliseconds: days * Shop.day + minutes * Shop.minute)
    }

    private func line(
        _ shell: inout PaperShell, at now: Timestamp = Shop.noon, of user: UserKey? = nil
    ) throws -> QuotedLine {
        try shell.price(user ?? anna, "milk", at: now).lines[0]
    }

    private func freeze(_ shell: inout PaperShell, untilDay day: Int64, at now: Timestamp = Shop.noon) {
        let ticket = shell.freeze("milk", until: later(days: day), at: now)
        shell.settle()
        #expect(shell.refusal(of: ticket) == nil)
    }

    private func thaw(_ shell: inout PaperShell, at now: Timestamp) {
        _ = shell.freeze("milk", until: PriceFreeze.thawed, at: now)
        shell.settle()
    }

    // MARK: - While it lasts

    /// Whatever happens meanwhile: days pass, models change, the worker starts anew.
    @Test func aFrozenPriceDoesNotMove() throws {
        var shell = try PaperShell.open()
        let shown = try line(&shell).personalPrice
        freeze(&shell, untilDay: 30)
        let models = try [Shop.bundle(version: 2, logSlope: -5), Shop.bundle(version: 3, logSlope: 2.4)]
        for day in Int64(0)..<30 {
            if day % 4 == 1 { shell.load(models[Int(day / 4 % 2)]) }
            if day % 7 == 3 {
                shell.flush(at: later(days: day))
                shell.settle()
                shell = try shell.restarted()
            }
            let line = try line(&shell, at: later(days: day, minutes: day * 20))
            #expect(line.personalPrice == shown)
            #expect(line.reasons == [.frozen])
            #expect(line.level == .segment, "it was decided for a newcomer, and still is")
        }
        #expect(try line(&shell, at: later(days: 30)).personalPrice != shown, "it would have moved")
    }

    @Test func aPriceThatNobodyWasShownIsTheListPrice() throws {
        var shell = try PaperShell.open()
        freeze(&shell, untilDay: 1)
        let line = try line(&shell)
        #expect(line.personalPrice == line.listPrice)
        #expect(line.level == .list)
        #expect(line.reasons == [.frozen])
    }

    @Test func whatWasShownStaysEvenWhereTheModelKnowsTheProductNoMore() throws {
        var shell = try PaperShell.open()
        let shown = try line(&shell).personalPrice
        freeze(&shell, untilDay: 2)
        shell.flush()
        shell.settle()
        var without = PaperShell(log: shell.log)
        #expect(try line(&without, at: later(days: 1)).personalPrice == shown)
    }

    @Test func otherProductsAndOtherTenantsMoveOn() throws {
        var shell = try PaperShell.open()
        _ = shell.freeze("milk", until: later(days: 9))
        shell.settle()
        #expect(try !shell.price(anna, "eggs").lines[0].reasons.contains(.frozen))
        let elsewhere = shell.freeze("milk", until: later(days: 9), tenant: "other")
        #expect(shell.refusal(of: elsewhere) == .unknownProduct)
    }

    @Test func aHigherCostAndALowerListPriceStillHold() throws {
        for (list, cost, expected) in [(Int64(30_000), Int64(28_000), Int64(29_400)), (20_000, 10_000, 20_000)] {
            var shell = try PaperShell.open()
            let quote = try shell.price(anna, "milk")
            #expect(20_000..<29_400 ~= quote.lines[0].personalPrice.minorUnits)
            freeze(&shell, untilDay: 3)
            _ = shell.send([Shop.row("milk", list: list, cost: cost, from: Shop.noon)])
            shell.settle()
            let line = try line(&shell, at: quote.expiresAt)
            #expect(line.personalPrice == Money(minorUnits: expected))
            #expect(line.reasons.contains(.frozen))
        }
    }

    @Test func theControlArmSeesTheListPriceWhateverIsFrozen() throws {
        var shell = try PaperShell.open(
            Shop.configuration(experiment: Experiment(salt: "autumn", controlShare: 1)))
        let quote = try shell.price(anna, "milk")
        freeze(&shell, untilDay: 3)
        _ = shell.send([Shop.row("milk", list: 35_000, from: Shop.noon)])
        shell.settle()
        let line = try line(&shell, at: quote.expiresAt)
        #expect(line.personalPrice == Money(minorUnits: 35_000))
        #expect(line.reasons == [.controlArm])
    }

    @Test func anAnnouncedDealGoesOn() throws {
        var shell = try PaperShell.open()
        freeze(&shell, untilDay: 3)
        let deal = Deal(price: Money(minorUnits: 12_000), endsAt: later(days: 2))
        _ = shell.send([Shop.row("milk", deal: deal, from: Shop.noon)])
        shell.settle()
        #expect(try line(&shell, at: later(days: 1)).unitPrice == deal.price)
    }

    /// A frozen price is not drawn, whatever price a draw would have given: only the control arm shows another.
    @Test func theChanceOfAFrozenPriceIsThatOfAllArmsThatFreezeIt() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0.2, exploringShare: 0.3)
        var shell = try PaperShell.open(Shop.configuration(experiment: experiment))
        let user = Shop.user(in: .exploring, of: experiment)
        let shown = try line(&shell, of: user)
        freeze(&shell, untilDay: 3)
        let frozen = try line(&shell, at: later(days: 1), of: user)
        #expect(frozen.personalPrice == shown.personalPrice)
        #expect(!frozen.reasons.contains(.explored))
        shell.flush(at: later(days: 1))
        shell.settle()
        #expect(
            shell.loggedExposures().last?.propensity
                == experiment.propensity(of: .personal) + experiment.propensity(of: .exploring))
    }

    @Test func anExplanationBeginsWithTheFreeze() throws {
        var shell = try PaperShell.open()
        let shown = try line(&shell).personalPrice
        freeze(&shell, untilDay: 3)
        let steps = try shell.explain(anna, "milk", at: later(days: 1)).lines[0].steps
        #expect(steps == [PriceStep(reason: .frozen, price: shown)])
    }

    // MARK: - How it ends

    @Test func aFreezeEndsWhenItSaysAndTheLatestOneCounts() throws {
        var shell = try PaperShell.open()
        freeze(&shell, untilDay: 30)
        freeze(&shell, untilDay: 2)
        let last = later(days: 2).adding(milliseconds: -1)
        #expect(try line(&shell, at: last).reasons.contains(.frozen))
        #expect(try !line(&shell, at: later(days: 2)).reasons.contains(.frozen))
        freeze(&shell, untilDay: 4, at: later(days: 2))
        #expect(try line(&shell, at: later(days: 3)).reasons.contains(.frozen))
        thaw(&shell, at: later(days: 3))
        #expect(try !line(&shell, at: later(days: 3)).reasons.contains(.frozen))
    }

    @Test func aPromiseIsKeptAcrossFreezeAndThaw() throws {
        var shell = try PaperShell.open()
        let promised = try line(&shell).personalPrice
        freeze(&shell, untilDay: 5)
        shell.load(try Shop.bundle(version: 2, logSlope: -5))
        let frozen = try shell.price(anna, "milk", at: later(days: 0, minutes: 10))
        #expect(frozen.lines[0].personalPrice == promised)
        thaw(&shell, at: later(days: 0, minutes: 11))
        let thawed = try line(&shell, at: frozen.expiresAt.adding(milliseconds: -1))
        #expect(thawed.personalPrice == promised)
        #expect(thawed.reasons.contains(.sticky))
        #expect(
            try shell.explain(anna, "milk", at: later(days: 0, minutes: 60)).quote.lines[0].personalPrice > promised)
    }

    /// Even where the price was so old that without the freeze moves would have started from the list price again.
    @Test(arguments: [1, 9] as [Int64])
    func afterAFreezePricesMoveFromWhereTheyStood(_ silentDays: Int64) throws {
        var shell = try PaperShell.open(Shop.configuration(smoothing: 1, dailyMove: 0.02))
        for day in Int64(-4)...0 { _ = try line(&shell, at: later(days: day)) }
        let shown = try line(&shell).personalPrice
        #expect(shown < Money(minorUnits: 27_500))
        _ = shell.freeze("milk", until: later(days: silentDays, minutes: 60))
        shell.settle()
        #expect(try line(&shell, at: later(days: silentDays)).personalPrice == shown)
        var before = shown
        for time in [later(days: silentDays, minutes: 60), later(days: silentDays + 1)] {
            let next = try line(&shell, at: time).personalPrice
            #expect(next < before)
            #expect(next.real >= 0.98 * before.real - 1)
            before = next
        }
    }

    // MARK: - What is refused

    @Test func onlyWhatHasAPriceCanBeFrozenAndForAYearAtMost() throws {
        var shell = try PaperShell.open()
        let written = shell.log
        let unknown = shell.freeze("unheard of", until: later(days: 1))
        #expect(shell.refusal(of: unknown) == .unknownProduct)
        let unknownThaw = shell.freeze("unheard of", until: PriceFreeze.thawed)
        #expect(shell.refusal(of: unknownThaw) == .unknownProduct)
        let endless = shell.freeze("milk", until: later(days: 366).adding(milliseconds: 1))
        #expect(shell.refusal(of: endless) == .invalidFreeze)
        shell.settle()
        #expect(shell.log == written)
        let year = shell.freeze("milk", until: later(days: 366))
        shell.settle()
        guard case .freeze(let freeze, let acknowledgement)? = shell.answer(to: year) else {
            Issue.record("a freeze for a year was not acknowledged")
            return
        }
        #expect(freeze.product == "milk" && acknowledgement.index == 2)
    }

    @Test func whoDoesNotLeadSendsAFreezeBackAndListsNone() throws {
        let script = CoreScript.following(0)
        let freeze = PriceFreeze(
            tenant: Shop.tenant, product: "unheard of", until: later(days: 1), reason: "r", at: Shop.noon)
        #expect(refusalCode { try script.core.check(freeze) } == nil, "it may not know the product yet")
        var core = script.core
        var actions: [WorkerAction] = []
        core.freezeRequested(freeze, ticket: Ticket(1), into: &actions)
        #expect(actions == [.answer(Ticket(1), .notLeader(.broadcast, epoch: 3))])
        #expect(refusalCode { try core.freezes(of: Shop.tenant, after: "", now: Shop.noon) } == .notLeader)
    }

    // MARK: - What operators see

    @Test func freezesAreListedUntilTheyEndInPages() throws {
        let products = (0..<1_050).map { "p\(10_000 + $0)" }
        var shell = PaperShell(
            log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: products.map { Shop.row($0) })]])
        for (number, product) in products.enumerated() {
            _ = shell.freeze(product, until: later(days: number % 2 == 0 ? 1 : 2))
        }
        shell.settle()
        let first = try shell.core.freezes(of: Shop.tenant, after: "", now: Shop.noon)
        #expect(first.freezes.map(\.product) == Array(products.prefix(Limits.freezesInPage)))
        #expect(first.hasMore)
        let second = try shell.core.freezes(of: Shop.tenant, after: "p10999", now: Shop.noon)
        #expect(second.freezes.map(\.product) == Array(products.dropFirst(Limits.freezesInPage)))
        #expect(!second.hasMore)
        let odd = products.indices.filter { $0 % 2 == 1 }.map { products[$0] }
        #expect(try shell.core.freezes(of: Shop.tenant, after: "", now: later(days: 1)).freezes.map(\.product) == odd)
        #expect(try shell.core.freezes(of: "other", after: "", now: Shop.noon).freezes.isEmpty)

        func frozen(_ now: Timestamp) -> UInt64 {
            shell.core.report(isReady: true, problem: "", now: now).frozenProducts
        }
        #expect(frozen(Shop.noon) == 1_050)
        #expect(frozen(later(days: 1)) == 525)
        #expect(frozen(later(days: 2)) == 0)
    }
}
