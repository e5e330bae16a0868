import Domain
import RouterCore
import TestSupport
import Testing

@Suite struct DeadlineWheelTests {
    private func at(_ microseconds: UInt64) -> MonotonicInstant { MonotonicInstant(microseconds: microseconds) }

    /// Distinct slots to put on a wheel.
    private func slots(_ count: Int) throws -> [Slot] {
        var table = InFlightTable(capacity: count, chains: 1)
        let header = MessageHeader(kind: .price, deadlineMicroseconds: 1, keyHash: KeyHash(0), requestID: .none)
        return try (0..<count).map { _ in
            try table.place(InFlightRequest(header: header, chain: 0, deadline: at(0)))
        }
    }

    private func expired(_ wheel: inout DeadlineWheel, _ time: UInt64) -> [Slot] {
        var expired: [Slot] = []
        wheel.advance(to: at(time)) { expired.append($0) }
        return expired
    }

    @Test func aSlotExpiresAtItsMillisecondAndOnce() throws {
        let slot = try slots(1)[0]
        var wheel = DeadlineWheel(now: at(7_000))
        wheel.insert(slot, deadline: at(9_000))
        #expect(expired(&wheel, 8_999) == [])
        #expect(expired(&wheel, 9_000) == [slot])
        #expect(expired(&wheel, 9_000) == [])
        #expect(expired(&wheel, 200_000_000) == [])
    }

    @Test func aFractionOfAMillisecondIsRoundedToTheClientsGood() throws {
        let slot = try slots(1)[0]
        var wheel = DeadlineWheel(now: at(7_900))
        wheel.insert(slot, deadline: at(8_001))
        #expect(expired(&wheel, 8_999) == [])
        #expect(expired(&wheel, 9_000) == [slot])
    }

    @Test func aDeadlineInThePastExpiresWithTheNextMillisecond() throws {
        let slots = try slots(3)
        var wheel = DeadlineWheel(now: at(7_000))
        _ = expired(&wheel, 9_500)
        wheel.insert(slots[0], deadline: at(0))
        wheel.insert(slots[1], deadline: at(9_000))
        wheel.insert(slots[2], deadline: at(9_500))
        #expect(expired(&wheel, 9_999) == [])
        #expect(expired(&wheel, 10_000) == slots)
    }

    @Test func aClockThatStandsOrStepsBackExpiresNothing() throws {
        let slot = try slots(1)[0]
        var wheel = DeadlineWheel(now: at(7_000))
        wheel.insert(slot, deadline: at(8_000))
        #expect(expired(&wheel, 7_000) == [])
        #expect(expired(&wheel, 0) == [])
        #expect(expired(&wheel, 8_000) == [slot])
    }

    @Test func aLongSleepExpiresEverythingThatIsLate() throws {
        let slots = try slots(60)
        var wheel = DeadlineWheel(now: at(0))
        for (second, slot) in slots.enumerated() { wheel.insert(slot, deadline: at(UInt64(second) * 1_000_000)) }
        #expect(Set(expired(&wheel, 86_400_000_000)) == Set(slots))
    }

    @Test func aDeadlineMoreThanALapAwayWaitsForItsOwnLap() throws {
        let slot = try slots(1)[0]
        for lead: UInt64 in [65_535, 65_536, 65_537, 200_000] {
            var wheel = DeadlineWheel(now: at(0))
            wheel.insert(slot, deadline: at(lead * 1_000))
            var time: UInt64 = 0
            while time < lead * 1_000 - 700 {
                time += 700
                #expect(expired(&wheel, time) == [])
            }
            #expect(expired(&wheel, lead * 1_000) == [slot])
        }
    }

    /// The wheel against a list of deadlines, over many laps, with sleeps of every length.
    @Test func nothingExpiresEarlyAndNothingMoreThanAMillisecondLate() throws {
        var lottery = Lottery(seed: 6)
        var wheel = DeadlineWheel(now: at(500))
        var free = try slots(500)
        var waiting: [Slot: UInt64] = [:]
        var now: UInt64 = 500
        for _ in 0..<20_000 {
            if let slot = free.popLast() {
                let deadline = now + UInt64(lottery.number(0..<60_000_000))
                wheel.insert(slot, deadline: at(deadline))
                waiting[slot] = deadline
            }
            now += UInt64(lottery.once(in: 100) ? lottery.number(0..<200_000_000) : lottery.number(0..<50_000))
            for slot in expired(&wheel, now) {
                let found = waiting.removeValue(forKey: slot)
                let deadline = try #require(found)
                #expect(deadline <= now)
                free.append(slot)
            }
            #expect(waiting.values.allSatisfy { $0 + 1_000 > now })
        }
        #expect(now > 50 * 65_536_000)
    }
}
