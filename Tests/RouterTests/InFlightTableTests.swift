import Domain
import RouterCore
import TestSupport
import Testing

@Suite struct InFlightTableTests {
    private func request(_ number: UInt64, chain: Int = 0) -> InFlightRequest {
        InFlightRequest(
            header: MessageHeader(
                kind: .price, deadlineMicroseconds: 1, keyHash: KeyHash(0), requestID: RequestID(high: 0, low: number)),
            chain: chain, deadline: MonotonicInstant(microseconds: 0))
    }

    @Test func aRequestIsFoundByItsTagUntilItIsRemoved() throws {
        var table = InFlightTable(capacity: 4, chains: 1)
        let slot = try table.place(request(1))
        #expect(table.slot(tag: slot.tag) == slot)
        #expect(table[slot] == request(1))
        #expect(table.remove(slot) == request(1))
        #expect(table.slot(tag: slot.tag) == nil)
        #expect(table[slot] == nil)
        #expect(table.remove(slot) == nil)
    }

    @Test func aTagIsNeverFoundAgainThoughItsSlotIsUsedAgain() throws {
        var table = InFlightTable(capacity: 2, chains: 1)
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
        var table = InFlightTable(capacity: 3, chains: 2)
        let slots = try (0..<3).map { try table.place(request($0)) }
        #expect(table.insert(request(9, chain: 1)) == nil)
        #expect(table.count == 3)
        #expect(slots.map { table[$0] } == (0..<3).map { request($0) })
        #expect(table.slots(ofChain: 0) == slots)
        #expect(table.slots(ofChain: 1) == [])
        _ = table.remove(slots[1])
        #expect(table.insert(request(9, chain: 1))?.number == slots[1].number)
        #expect(InFlightTable(capacity: 0, chains: 1).count == 0)
    }

    @Test func forgedTagsFindNothing() throws {
        var table = InFlightTable(capacity: 3, chains: 1)
        let slot = try table.place(request(1))
        var lottery = Lottery(seed: 4)
        let forged = [UInt64(0), 1, 3, .max, UInt64(UInt32.max), slot.tag + 1, slot.tag | 1 << 32, slot.tag | 1 << 63]
        for tag in forged + (0..<10_000).map({ _ in lottery.next() }) where tag != slot.tag {
            #expect(table.slot(tag: tag) == nil)
        }
    }

    @Test func aChainKeepsItsRequestsInOrderOfArrivalThoughTheirSlotsAreNot() throws {
        var table = InFlightTable(capacity: 4, chains: 2)
        let first = try (0..<4).map { try table.place(request(UInt64($0))) }
        _ = table.remove(first[0])
        _ = table.remove(first[2])
        // Their slots are free now, and come back in another order.
        let later = try (4..<6).map { try table.place(request(UInt64($0))) }
        #expect(later.map(\.number) == [2, 0])
        #expect(table.slots(ofChain: 0) == [first[1], first[3]] + later)
    }

    /// The chains against plain lists.
    @Test(arguments: 0..<20)
    func everyChainIsTheListOfWhatHasArrivedAndNotEnded(_ seed: UInt64) throws {
        var lottery = Lottery(seed: seed)
        let chains = 5
        var table = InFlightTable(capacity: 40, chains: chains)
        var expected = [[Slot]](repeating: [], count: chains)
        for number in 0..<4_000 {
            let chain = lottery.number(0..<chains)
            if lottery.once(in: 2), let slot = table.insert(request(UInt64(number), chain: chain)) {
                expected[chain].append(slot)
            } else if !expected[chain].isEmpty {
                // First, last and in between: each has its own links to mend.
                let gone = expected[chain].remove(at: lottery.number(0..<expected[chain].count))
                #expect(table.remove(gone)?.chain == chain)
            }
            if number % 16 == 0 { #expect((0..<chains).map { table.slots(ofChain: $0) } == expected) }
            #expect(table.count == expected.reduce(0) { $0 + $1.count })
        }
    }
}

extension InFlightTable {
    /// Inserts where there must be room.
    mutating func place(_ request: InFlightRequest) throws -> Slot {
        let slot = insert(request)
        return try #require(slot)
    }
}
