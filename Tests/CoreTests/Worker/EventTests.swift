import Domain
import Testing
import WorkerCore

@Suite struct EventTests {
    private let anna = Shop.user("anna")

    private func acknowledgement(
        _ shell: PaperShell, index: UInt64, accepted: UInt32, duplicates: UInt32 = 0
    ) -> WorkerAnswer {
        .events(
            EventAcknowledgement(
                shell.partition(of: anna), index: index, accepted: accepted, duplicates: duplicates))
    }

    @Test func anEventIsAcknowledgedWhenItIsDurableAndNotBefore() throws {
        var shell = try PaperShell.open()
        let ticket = shell.send([Shop.event(1, "milk"), Shop.event(2, "eggs")], of: anna)
        #expect(shell.underWay.count == 1)
        #expect(shell.answer(to: ticket) == nil)
        #expect(shell.core.isAppending)
        shell.finishAppend()
        #expect(shell.answer(to: ticket) == acknowledgement(shell, index: 1, accepted: 2))
        #expect(!shell.core.isAppending)
    }

    @Test func whatIsNotDurableIsNotServed() throws {
        var shell = try PaperShell.open()
        let before = shell.stateHash(shell.partition(of: anna))
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        #expect(shell.stateHash(shell.partition(of: anna)) == before)
        #expect(try shell.price(anna, "milk").level == .segment)
        shell.finishAppend()
        #expect(shell.stateHash(shell.partition(of: anna)) != before)
        #expect(try shell.price(anna, "milk").level == .personal)
    }

    // MARK: - Once

    @Test func anEventCountsOnceInABatch() throws {
        var shell = try PaperShell.open()
        let ticket = shell.send([Shop.event(1, "milk"), Shop.event(1, "milk"), Shop.event(2, "milk")], of: anna)
        shell.settle()
        #expect(shell.answer(to: ticket) == acknowledgement(shell, index: 1, accepted: 2, duplicates: 1))
    }

    @Test func anEventCountsOnceAcrossBatches() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        shell.settle()
        let mixed = shell.send([Shop.event(1, "milk"), Shop.event(2, "milk")], of: anna)
        shell.settle()
        #expect(shell.answer(to: mixed) == acknowledgement(shell, index: 2, accepted: 1, duplicates: 1))
    }

    @Test func aBatchThatWasCountedBeforeIsAcknowledgedWithoutTheLog() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        shell.settle()
        let again = shell.send([Shop.event(1, "milk"), Shop.event(1, "milk")], of: anna)
        #expect(shell.underWay.isEmpty)
        #expect(shell.answer(to: again) == acknowledgement(shell, index: 1, accepted: 0, duplicates: 2))
    }

    @Test func aRepetitionThatArrivesBeforeTheFirstIsDurableWaitsForItAndCountsNothing() throws {
        var shell = try PaperShell.open()
        let first = shell.send([Shop.event(1, "milk")], of: anna)
        let second = shell.send([Shop.event(1, "milk")], of: anna)
        #expect(shell.answer(to: second) == nil)
        shell.settle()
        #expect(shell.answer(to: first) == acknowledgement(shell, index: 1, accepted: 1))
        #expect(shell.answer(to: second) == acknowledgement(shell, index: 2, accepted: 0, duplicates: 1))
    }

    @Test func aRepetitionIsKnownAfterARestart() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        shell.settle()
        var restarted = try shell.restarted()
        let again = restarted.send([Shop.event(1, "milk")], of: anna)
        #expect(restarted.answer(to: again) == acknowledgement(shell, index: 1, accepted: 0, duplicates: 1))
    }

    @Test func whatWasNotAcknowledgedBeforeACrashCountsWhenItIsSentAgain() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        var restarted = try shell.restarted()
        let again = restarted.send([Shop.event(1, "milk")], of: anna)
        restarted.settle()
        #expect(restarted.answer(to: again) == acknowledgement(shell, index: 1, accepted: 1))
    }

    @Test func theSameIdOfAnotherShopperIsAnotherEvent() throws {
        var shell = try PaperShell.open()
        for name in ["anna", "ben"] {
            let ticket = shell.send([Shop.event(1, "milk")], of: Shop.user(name))
            shell.settle()
            guard case .events(let acknowledgement) = shell.answer(to: ticket) else {
                Issue.record("not acknowledged")
                continue
            }
            #expect(acknowledgement.accepted == 1)
        }
    }

    /// The window of remembered ids; an id is forgotten only after so many later events of the same shopper.
    @Test func anIdIsRememberedThroughThousandsOfLaterEvents() throws {
        var shell = try PaperShell.open()
        for batch in UInt64(0)..<5 {
            _ = shell.send((0..<1_000).map { Shop.event(batch * 1_000 + $0, "milk") }, of: anna)
            shell.settle()
        }
        let oldest = shell.send([Shop.event(5_000 - 4_096, "milk")], of: anna)
        #expect(shell.answer(to: oldest) == acknowledgement(shell, index: 5, accepted: 0, duplicates: 1))
        let forgotten = shell.send([Shop.event(0, "milk")], of: anna)
        shell.settle()
        #expect(shell.answer(to: forgotten) == acknowledgement(shell, index: 6, accepted: 1))
    }

    // MARK: - Refusals

    @Test func eventsUnderAnotherUsersHashAreMisrouted() throws {
        var shell = try PaperShell.open()
        let ticket = shell.send([Shop.event(1, "milk")], of: anna, keyHash: Shop.user("ben").hash)
        #expect(shell.refusal(of: ticket) == .misrouted)
        #expect(shell.underWay.isEmpty)
    }

    /// A history reaches back from its latest week: one event from the future would push out everything real.
    @Test func anEventFromTheFutureIsRefusedWithItsWholeBatch() throws {
        var shell = try PaperShell.open()
        for (ahead, isRefused) in [(Shop.day, false), (Shop.day + 1, true), (100 * 52 * Shop.week, true)] {
            var future = Shop.event(UInt64(ahead), "milk")
            future.occurredAt = Shop.noon.adding(milliseconds: ahead)
            let ticket = shell.send([Shop.event(UInt64(ahead) + 1, "milk"), future], of: anna)
            shell.settle()
            #expect((shell.refusal(of: ticket) == .invalidEvent) == isRefused)
        }
        #expect(shell.log[shell.partition(of: anna)]?.count == 1)
        let ticket = shell.send([Shop.event(9, weeksAgo: -9, "milk")], of: anna)
        guard case .refused(let refusal) = shell.answer(to: ticket) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.place == "events[0].occurred_at_ms")
    }

    @Test func eventsOfAPartitionThatIsLedElsewhereAreRefused() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        shell.failAppend(.fenced(currentEpoch: PaperShell.epoch + 1))
        let ticket = shell.send([Shop.event(2, "milk")], of: anna)
        #expect(shell.refusal(of: ticket) == .notLeader)
    }
}
