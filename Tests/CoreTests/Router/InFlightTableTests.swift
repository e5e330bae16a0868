import Domain
import RouterCore
import Testing

@Suite struct InFlightTableTests {
    private func request(_ number: UInt64, worker: Int = 0) -> InFlightRequest {
        InFlightRequest(
            header: MessageHeader(
                kind: .price, deadlineMicroseconds: 1, keyHash: KeyHash(0), requestID: RequestID(high: 0, low: number)),
            worker: worker, deadline: MonotonicInstant(microseconds: 0))
    }

    @Test func aRequestIsFoundByItsTagUntilItIsRemoved() throws {
        var table = InFlightTable(capacity: 4)
        let slot = try table.place(request(1))
        #expect(table.slot(tag: slot.tag) == slot)
        #expect(table[slot] == request(1))
        #expect(table.remove(slot) == request(1))
        #expect(table.slot(tag: slot.tag) == nil)
        #expect(table[slot] == nil)
        #expect(table.remove(slot) == nil)
    }

    @Test func aTagIsNeverFoundAgainThoughItsSlotIsUsedAgain() throws {
        var table = InFlightTable(capacity: 2)
        var spent: [Slot] = []
        for number in 0..<1_000 {
            let slot = try table.place(request(UInt64(number)))
            #expect(slot.number < 2)
            #expect(spent.allSatisfy { table[$0] == nil && table.slot(tag: $0.tag) == nil })
            #expect(table.remove(slot) != nil)
            spent.append(slot)
        }
        #expect(Set(spent.map(\.tag)).count == spent.count)
    }

    @Test func aFullTableTakesNothingAndForgetsNothing() throws {
        var table = InFlightTable(capacity: 3)
        let slots = try (0..<3).map { try table.place(request($0)) }
        #expect(table.insert(request(9)) == nil)
        #expect(table.count == 3)
        #expect(slots.map { table[$0] } == (0..<3).map { request($0) })
        _ = table.remove(slots[1])
        #expect(table.insert(request(9))?.number == slots[1].number)
        #expect(InFlightTable(capacity: 0).count == 0)
    }

    @Test func forgedTagsFindNothing() throws {
        var table = InFlightTable(capacity: 3)
        let slot = try table.place(request(1))
        var lottery = Lottery(seed: 4)
        let forged = [UInt64(0), 1, 3, .max, UInt64(UInt32.max), slot.tag + 1, slot.tag | 1 << 32, slot.tag | 1 << 63]
        for tag in forged + (0..<10_000).map({ _ in lottery.next() }) where tag != slot.tag {
            #expect(table.slot(tag: tag) == nil)
        }
    }

    @Test func theSlotsOfAWorkerAreItsOwn() throws {
        var table = InFlightTable(capacity: 8)
        let slots = try (0..<6).map { try table.place(request(UInt64($0), worker: $0 % 2)) }
        _ = table.remove(slots[2])
        #expect(table.slots(of: 0) == [slots[0], slots[4]])
        #expect(table.slots(of: 1) == [slots[1], slots[3], slots[5]])
        #expect(table.slots(of: 2) == [])
    }
}

extension InFlightTable {
    /// Inserts where there must be room.
    mutating func place(_ request: InFlightRequest) throws -> Slot {
        let slot = insert(request)
        return try #require(slot)
    }
}
