// What a model is prepared with must not be seen in a price: neither that it was prepared, nor that the catalogue has
// changed meanwhile.

import Domain
import Features
import Models
import Testing
import WorkerCore

@Suite struct ModelPreparationTests {
    /// A price of last week: what counts as the usual price changes, the row in force does not.
    private static let late = Shop.row("milk", list: 20_000, from: Shop.noon.adding(milliseconds: -2 * Shop.week))

    private func shop() throws -> PaperShell {
        var shell = PaperShell(
            Shop.configuration(smoothing: 1, dailyMove: 1),
            log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: Shop.rows + [Shop.row("milk", from: Shop.noon)])]])
        shell.settle()
        return shell
    }

    private func sent(_ shell: PaperShell) -> PaperShell {
        var shell = shell
        _ = shell.send([Self.late])
        shell.settle()
        return shell
    }

    private func lines(_ shell: PaperShell, at time: Timestamp = Shop.noon) throws -> [QuotedLine] {
        var shell = shell
        return try ["milk", "eggs", "corn", Shop.unmodelled].flatMap {
            try shell.price(Shop.user("ann"), $0, at: time).lines
        }
    }

    @Test func aCatalogueThatChangesMeanwhileIsPricedAsItIs() throws {
        let shop = try shop()
        let prepared = shop.core.preparation(now: Shop.noon).prepared(try Shop.bundle(), checksum: 1)
        var (before, after, fresh) = (shop, sent(shop), sent(shop))
        before.load(prepared)
        after.load(prepared)
        fresh.load(try Shop.bundle())
        #expect(try lines(after) == lines(fresh))
        #expect(try lines(before) != lines(fresh), "the row of last week counts")
        #expect(try lines(sent(before)) == lines(fresh), "and comes after the model as well")
    }

    @Test func aModelThatWasPreparedLongAgoPricesAsOneOfToday() throws {
        let shop = try shop()
        let past = Shop.noon.adding(milliseconds: -3 * Shop.week)
        var (old, fresh) = (shop, shop)
        old.load(shop.core.preparation(now: past).prepared(try Shop.bundle(), checksum: 1))
        fresh.load(try Shop.bundle())
        #expect(try lines(old) == lines(fresh))
        let later = Shop.noon.adding(milliseconds: 2 * Shop.week)
        #expect(try lines(fresh, at: later) == lines(old, at: later))
    }
}
