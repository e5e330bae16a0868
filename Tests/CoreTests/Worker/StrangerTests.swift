// A flood of unknown shoppers must not fill the memory: who is known only by expired quotes is forgotten.

import Domain
import Testing
import WorkerCore

@Suite struct StrangerTests {
    private let partition = PartitionID(0)

    private func exposures(_ users: Range<Int>, at time: Timestamp) -> Record {
        let price = Money(minorUnits: 100)
        return .exposures(
            at: time,
            users.map { number in
                Exposure(
                    user: Shop.user("stranger\(number)"), product: "milk", day: ShopCalendar.utc.day(of: time),
                    anchor: price, personalPrice: price, listPrice: price,
                    expiresAt: time.adding(milliseconds: Shop.window), modelVersion: 1, arm: 0, propensity: 1)
            })
    }

    private func shoppers(_ replay: Replay) -> UInt64 { replay.frozen.status().shoppers }

    private func later(_ milliseconds: Int64) -> Timestamp { Shop.noon.adding(milliseconds: milliseconds) }

    @Test func aFloodIsForgottenWhenItsQuotesHaveExpired() throws {
        var replay = Replay(of: partition, calendar: .utc)
        for batch in 0..<200 { replay.apply([exposures(batch * 1_000..<(batch + 1) * 1_000, at: Shop.noon)]) }
        #expect(shoppers(replay) == 200_000, "promises that have not expired are kept")
        // The next look comes when the strangers have doubled, which bounds its cost.
        for batch in 200..<410 {
            replay.apply([exposures(batch * 1_000..<(batch + 1) * 1_000, at: later(Shop.day))])
        }
        #expect(shoppers(replay) <= 210_000)
    }

    @Test func aTrickleOfStrangersStaysBelowTheBoundForever() throws {
        var replay = Replay(of: partition, calendar: .utc)
        for hour in 0..<100 {
            replay.apply([exposures(hour * 2_000..<(hour + 1) * 2_000, at: later(Int64(hour) * 60 * Shop.minute))])
            if hour % 25 == 24 { #expect(shoppers(replay) <= 52_000) }
        }
    }

    @Test func whoHasBehaviourIsNeverForgotten() throws {
        let known = (0..<100).map { Shop.user("stranger\($0)") }
        let behaviour = known.map { Record.events(user: $0, events: [Shop.event(1, "milk")]) }
        let flood = (0..<60).map { hour in
            exposures(hour * 2_000..<(hour + 1) * 2_000, at: later(Int64(hour) * 60 * Shop.minute))
        }
        var shell = PaperShell(log: [partition: behaviour + flood])
        let shopperOfThisPartition = try #require(known.first { shell.partition(of: $0) == partition })
        let again = shell.send([Shop.event(1, "milk")], of: shopperOfThisPartition)
        #expect(
            shell.answer(to: again)
                == .events(EventAcknowledgement(partition, index: 160, accepted: 0, duplicates: 1)))
    }

    @Test func forgettingIsPartOfTheFold() throws {
        let records = (0..<60).map { hour in
            exposures(hour * 2_000..<(hour + 1) * 2_000, at: later(Int64(hour) * 60 * Shop.minute))
        }
        var whole = Replay(of: partition, calendar: .utc)
        whole.apply(records)
        var half = Replay(of: partition, calendar: .utc)
        half.apply(records.prefix(20))
        let cut = half.frozen.snapshot()
        var resumed = try Replay(of: partition, calendar: .utc, snapshot: cut.bytes, stateHash: cut.stateHash)
        resumed.apply(records.dropFirst(20))
        #expect(resumed.frozen.encoded() == whole.frozen.encoded())
    }
}
