// The substitutes of a line are the products of its category in the catalogue, at the moment of pricing, whether they are
// in the cart or not.

import Domain
import Features
import Testing
import WorkerCore

@Suite struct CategoryTests {
    private let anna = Shop.user("anna")

    private func pull(_ shell: inout PaperShell, _ user: UserKey? = nil, at time: Timestamp = Shop.noon) throws -> Float
    {
        let line = try shell.explain(user ?? anna, "milk", at: time).lines[0]
        return try #require(line.features.first { $0.name == "pull of substitutes" }?.value)
    }

    private func shell() throws -> PaperShell {
        var shell = try PaperShell.open()
        _ = shell.send((1...5).map { Shop.event(UInt64($0), weeksAgo: $0, "eggs") }, of: anna)
        shell.settle()
        return shell
    }

    private func cheapEggs(from time: Timestamp, category: String = "food") -> CatalogueRow {
        var row = Shop.row("eggs", list: 15_000, from: time)
        row.category = category
        return row
    }

    @Test func aSubstituteThatBecomesCheaperPullsAwayFromTheOthers() throws {
        var shell = try shell()
        let usual = try pull(&shell)
        let ofStranger = try pull(&shell, Shop.user("nobody"))
        _ = shell.send([cheapEggs(from: Shop.noon.adding(milliseconds: -Shop.minute))])
        shell.settle()
        #expect(try pull(&shell) > usual + 0.5)
        // A stranger buys eggs less often than Anna, who never leaves without.
        let strangersGain = try pull(&shell, Shop.user("nobody")) - ofStranger
        #expect(strangersGain > 0)
        #expect(try pull(&shell) - usual > strangersGain)
    }

    @Test func aRowThatTakesEffectLaterPullsFromThenOn() throws {
        var shell = try shell()
        let change = Shop.noon.adding(milliseconds: 60 * Shop.minute)
        _ = shell.send([cheapEggs(from: change)])
        shell.settle()
        let before = try pull(&shell)
        #expect(try pull(&shell, at: change) > before + 0.5)
        #expect(try pull(&shell, at: change.adding(milliseconds: -1)) == before)
    }

    @Test func aProductOfAnotherCategoryPullsNothing() throws {
        var shell = try shell()
        _ = shell.send([cheapEggs(from: Shop.noon.adding(milliseconds: -2 * Shop.minute))])
        shell.settle()
        let among = try pull(&shell)
        _ = shell.send([cheapEggs(from: Shop.noon.adding(milliseconds: -Shop.minute), category: "dairy")])
        shell.settle()
        #expect(try pull(&shell) < among - 0.5)
    }

    /// The catalogue files products under categories; a snapshot does not keep that, and must give the same.
    @Test func aCatalogueFromASnapshotHasTheSameCategories() throws {
        var replay = Replay(of: .broadcast, calendar: .utc)
        replay.apply([.catalogue(tenant: Shop.tenant, rows: Shop.rows)])
        replay.apply([.catalogue(tenant: Shop.tenant, rows: [cheapEggs(from: Shop.noon, category: "dairy")])])
        let cut = replay.frozen.snapshot()
        let resumed = try Replay(of: .broadcast, calendar: .utc, snapshot: cut.bytes, stateHash: cut.stateHash)
        #expect(resumed.frozen == replay.frozen)
    }
}
