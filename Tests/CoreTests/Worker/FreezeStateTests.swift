// Freezes as part of a state: what they add to its bytes, and what leaves them as they were.

import Domain
import Testing
import WorkerCore

@Suite struct FreezeStateTests {
    private let rows = Record.catalogue(tenant: Shop.tenant, rows: Shop.rows)

    private func freeze(_ product: String, untilDay: Int64, atDay day: Int64 = 0) -> Record {
        .priceFreeze(
            PriceFreeze(
                tenant: Shop.tenant, product: product, until: Shop.noon.adding(milliseconds: untilDay * Shop.day),
                reason: "decimal slip", at: Shop.noon.adding(milliseconds: day * Shop.day)))
    }

    private func thaw(_ product: String, atDay day: Int64) -> Record { freeze(product, untilDay: day, atDay: day) }

    /// Index, activations, catalogues: what a snapshot was before there were freezes.
    @Test func aStateWithoutFreezesHasTheBytesOfBefore() throws {
        let empty = [UInt8](repeating: 0, count: 16)
        #expect(Replay.broadcastBytes() == empty)
        #expect(try Replay(broadcast: empty).frozen.encoded() == empty)
        #expect(
            Replay.broadcastBytes(rows, freeze("milk", untilDay: 3), thaw("milk", atDay: 1))
                == Replay.broadcastBytes(rows, .checkpoint, .checkpoint))
    }

    @Test func freezesComeAfterEverythingElse() throws {
        let before = Replay.broadcastBytes(rows, .checkpoint)
        let with = Replay.broadcastBytes(rows, freeze("milk", untilDay: 3))
        #expect(with.starts(with: before))
        #expect(with[before.count] == 1)
        #expect(try Replay(broadcast: with).frozen.encoded() == with)
        #expect(try Replay(broadcast: before).frozen.encoded() == before)
    }

    @Test func aSectionThatNobodyKnowsIsAnError() throws {
        let with = Replay.broadcastBytes(rows, freeze("milk", untilDay: 3))
        let section = with.dropFirst(Replay.broadcastBytes(rows, .checkpoint).count)
        for tail: [UInt8] in [[0], [2], [255, 0, 0, 0, 0], Array(section), [1], [1, 1, 0, 0, 0]] {
            #expect(throws: ByteError.self) { try Replay(broadcast: with + tail) }
        }
        for tail: [UInt8] in [[0], [2], [1], [1, 1, 0, 0, 0]] {
            #expect(throws: ByteError.self) { try Replay(broadcast: Replay.broadcastBytes(rows) + tail) }
        }
    }

    @Test func aFreezeOfWhatNoCatalogueKnowsIsNotKept() {
        #expect(
            Replay.broadcastBytes(rows, freeze("unheard of", untilDay: 3)) == Replay.broadcastBytes(rows, .checkpoint))
        #expect(Replay.broadcastBytes(freeze("milk", untilDay: 3), rows) == Replay.broadcastBytes(.checkpoint, rows))
    }

    @Test func whatHasEndedIsDroppedOnceTheLogKnowsOfALaterTime() {
        let eggs = freeze("eggs", untilDay: 9, atDay: 3)
        #expect(
            Replay.broadcastBytes(rows, freeze("milk", untilDay: 3), eggs)
                == Replay.broadcastBytes(rows, .checkpoint, eggs))
        #expect(
            Replay.broadcastBytes(rows, freeze("milk", untilDay: 4), eggs)
                != Replay.broadcastBytes(rows, .checkpoint, eggs))
        // Its own end was brought forward.
        let shortened = Replay.broadcastBytes(rows, freeze("milk", untilDay: 30), freeze("milk", untilDay: 2), eggs)
        #expect(shortened == Replay.broadcastBytes(rows, .checkpoint, .checkpoint, eggs))
    }
}
