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

    private func bytes(_ records: Record...) -> [UInt8] {
        var replay = Replay(of: .broadcast, calendar: .utc)
        replay.apply(records)
        return replay.frozen.encoded()
    }

    private func read(_ bytes: [UInt8]) throws -> Replay {
        var hash = FNV1a()
        hash.update(bytes)
        return try Replay(of: .broadcast, calendar: .utc, snapshot: bytes, stateHash: finalMix(hash.value))
    }

    /// Index, activations, catalogues: what a snapshot was before there were freezes.
    @Test func aStateWithoutFreezesHasTheBytesOfBefore() throws {
        let empty = [UInt8](repeating: 0, count: 16)
        #expect(bytes() == empty)
        #expect(try read(empty).frozen.encoded() == empty)
        #expect(
            bytes(rows, freeze("milk", untilDay: 3), thaw("milk", atDay: 1)) == bytes(rows, .checkpoint, .checkpoint))
    }

    @Test func freezesComeAfterEverythingElse() throws {
        let before = bytes(rows, .checkpoint)
        let with = bytes(rows, freeze("milk", untilDay: 3))
        #expect(with.starts(with: before))
        #expect(with[before.count] == 1)
        #expect(try read(with).frozen.encoded() == with)
        #expect(try read(before).frozen.encoded() == before)
    }

    @Test func aSectionThatNobodyKnowsIsAnError() throws {
        let with = bytes(rows, freeze("milk", untilDay: 3))
        let section = with.dropFirst(bytes(rows, .checkpoint).count)
        for tail: [UInt8] in [[0], [2], [255, 0, 0, 0, 0], Array(section), [1], [1, 1, 0, 0, 0]] {
            #expect(throws: ByteError.self) { try read(with + tail) }
        }
        for tail: [UInt8] in [[0], [2], [1], [1, 1, 0, 0, 0]] {
            #expect(throws: ByteError.self) { try read(bytes(rows) + tail) }
        }
    }

    @Test func aFreezeOfWhatNoCatalogueKnowsIsNotKept() {
        #expect(bytes(rows, freeze("unheard of", untilDay: 3)) == bytes(rows, .checkpoint))
        #expect(bytes(freeze("milk", untilDay: 3), rows) == bytes(.checkpoint, rows))
    }

    @Test func whatHasEndedIsDroppedOnceTheLogKnowsOfALaterTime() {
        let eggs = freeze("eggs", untilDay: 9, atDay: 3)
        #expect(bytes(rows, freeze("milk", untilDay: 3), eggs) == bytes(rows, .checkpoint, eggs))
        #expect(bytes(rows, freeze("milk", untilDay: 4), eggs) != bytes(rows, .checkpoint, eggs))
        // Its own end was brought forward.
        let shortened = bytes(rows, freeze("milk", untilDay: 30), freeze("milk", untilDay: 2), eggs)
        #expect(shortened == bytes(rows, .checkpoint, .checkpoint, eggs))
    }
}
