// The way to durability: one append at a time, groups that grow with the wait, and three ways for it to end.

import Domain
import Testing
import WorkerCore

@Suite struct AppendTests {
    private let anna = Shop.user("anna")

    @Test func whatArrivesDuringAnAppendBecomesTheNextOne() throws {
        var shell = try PaperShell.open()
        let tickets = (UInt64(0)..<100).map { shell.send([Shop.event($0, "milk")], of: anna) }
        #expect(shell.underWay.count == 1)
        shell.finishAppend()
        shell.finishAppend()
        #expect(shell.groups == [1, 99])
        #expect(shell.underWay.isEmpty)
        let indexes = tickets.map { ticket -> UInt64? in
            if case .events(let acknowledgement) = shell.answer(to: ticket) { acknowledgement.index } else { nil }
        }
        #expect(indexes == (1...100).map(UInt64.init))
    }

    @Test func partitionsDoNotWaitForOneAnother() throws {
        var shell = try PaperShell.open()
        let users = (0..<40).map { Shop.user("u\($0)") }
        for (number, user) in users.enumerated() { _ = shell.send([Shop.event(UInt64(number), "milk")], of: user) }
        #expect(shell.underWay.count == Shop.partitions)
        shell.settle()
        #expect(shell.groups.count == 2 * Shop.partitions)
    }

    @Test func anAppendHasABoundedWeight() throws {
        var shell = try PaperShell.open()
        let heavy = (UInt64(0)..<1_000).map { Shop.event($0, "milk", "eggs", "corn") }
        for batch in UInt64(0)..<100 {
            let events = heavy.map { event in
                var event = event
                event.id = EventID(batch << 32 | event.id.value)
                return event
            }
            _ = shell.send(events, of: anna)
        }
        shell.settle()
        #expect(shell.groups.reduce(0, +) == 100)
        #expect(shell.groups.count > 3)
    }

    @Test func aFullQueueRefusesAsOverloadAndLosesNothing() throws {
        var shell = try PaperShell.open()
        var tickets: [Ticket] = []
        while tickets.count < 70_000 {
            let ticket = shell.send([Shop.event(UInt64(tickets.count), "milk")], of: anna)
            if let refusal = shell.refusal(of: ticket) {
                #expect(refusal == .overloaded)
                break
            }
            tickets.append(ticket)
        }
        #expect(tickets.count == 65_537, "one under way, the rest waiting")
        shell.failAppend(.fenced(currentEpoch: PaperShell.epoch + 1))
        #expect(tickets.allSatisfy { shell.refusal(of: $0) == .notLeader })
    }

    // MARK: - Not written

    @Test func whatWasNotWrittenIsRefusedAndTheNextAppendGoesOn() throws {
        var shell = try PaperShell.open()
        let lost = shell.send([Shop.event(1, "milk")], of: anna)
        let waiting = shell.send([Shop.event(2, "milk")], of: anna)
        let before = shell.stateHash(shell.partition(of: anna))
        shell.failAppend(.notWritten("disk full", remedy: "free space"))
        #expect(shell.refusal(of: lost) == .logFailed)
        #expect(shell.stateHash(shell.partition(of: anna)) == before)
        #expect(shell.answer(to: waiting) == nil)
        shell.settle()
        #expect(
            shell.answer(to: waiting)
                == .events(EventAcknowledgement(shell.partition(of: anna), index: 1, accepted: 1)))
        let again = shell.send([Shop.event(1, "milk")], of: anna)
        shell.settle()
        #expect(
            shell.answer(to: again)
                == .events(EventAcknowledgement(shell.partition(of: anna), index: 2, accepted: 1)))
    }

    @Test func aCatalogueThatWasNotWrittenIsNotServed() throws {
        var shell = PaperShell(model: try Shop.bundle())
        let lost = shell.send(Shop.rows)
        shell.failAppend(.notWritten("disk full", remedy: "free space"))
        #expect(shell.refusal(of: lost) == .logFailed)
        #expect(refusalCode { try shell.price(anna, "milk") } == .unknownProduct)
        _ = shell.send(Shop.rows)
        shell.settle()
        #expect(try shell.price(anna, "milk").lines.count == 1)
    }

    // MARK: - Fenced

    @Test func aFencedLeaderStepsDownAndRefusesWhatWaits() throws {
        var shell = try PaperShell.open()
        let partition = shell.partition(of: anna)
        let tickets = (UInt64(0)..<5).map { shell.send([Shop.event($0, "milk")], of: anna) }
        shell.failAppend(.fenced(currentEpoch: PaperShell.epoch + 1))
        #expect(tickets.allSatisfy { shell.refusal(of: $0) == .notLeader })
        #expect(shell.underWay.isEmpty)
        #expect(!shell.core.ledPartitions.contains(partition))
        #expect(shell.core.ledPartitions.count == Shop.partitions)
        #expect(shell.core.role(of: partition) == .following)
        #expect(shell.core.epoch(of: partition) == PaperShell.epoch + 1)
        #expect(try shell.price(anna, "milk").level == .segment, "it goes on reading")
    }

    @Test func anAnswerOfTheLogAfterSteppingDownChangesNothing() throws {
        var shell = try PaperShell.open()
        let ticket = shell.send([Shop.event(1, "milk")], of: anna)
        shell.failAppend(.fenced(currentEpoch: PaperShell.epoch + 1))
        var core = shell.core
        var actions: [WorkerAction] = []
        core.appended(to: shell.partition(of: anna), into: &actions)
        core.appendRefused(
            by: shell.partition(of: anna), .notWritten("disk full", remedy: "free space"), now: PaperShell.start,
            into: &actions)
        #expect(actions.isEmpty)
        #expect(shell.refusal(of: ticket) == .notLeader)
    }

    @Test func aFencedBroadcastLeaderRefusesRowsAndGoesOnPricing() throws {
        var shell = try PaperShell.open()
        let first = shell.send([Shop.row("tea")])
        shell.failAppend(.fenced(currentEpoch: PaperShell.epoch + 1))
        let second = shell.send([Shop.row("tea")])
        #expect(shell.refusal(of: first) == .notLeader)
        #expect(shell.refusal(of: second) == .notLeader)
        #expect(shell.core.role(of: .broadcast) == .following)
        #expect(!shell.core.ledPartitions.contains(.broadcast))
        #expect(try shell.price(anna, "milk").level == .segment)
    }

    // MARK: - Broadcast

    @Test func rowsAndActivationsAreAcknowledgedWithTheirIndex() throws {
        var shell = PaperShell()
        let rows = shell.send(Shop.rows)
        let activation = ModelActivation(version: 3, checksum: 4, path: "m")
        let activated = shell.activate(activation)
        #expect(shell.core.activation == nil)
        shell.settle()
        #expect(
            shell.answer(to: rows)
                == .catalogue(CatalogueAcknowledgement(index: 1, accepted: UInt32(Shop.rows.count))))
        #expect(
            shell.answer(to: activated) == .activation(ActivationAcknowledgement(index: 2, version: 3, checksum: 4)))
        #expect(shell.core.activation == activation)
        #expect(
            shell.core.report(isReady: true, problem: "", now: Shop.noon).catalogueProducts == UInt64(Shop.rows.count))
    }

    @Test func aFollowerServesWhatTheLeaderOfTheBroadcastHasWritten() throws {
        let shell = try PaperShell.open()
        var follower = WorkerCore(Shop.configuration(), incarnation: 1)
        var replay = Replay(of: .broadcast, calendar: .utc)
        replay.apply(shell.log[.broadcast] ?? [])
        var actions: [WorkerAction] = []
        let leadership = Leadership(epoch: PaperShell.epoch, owner: "w1")
        follower.loaded(.broadcast, replay, leadership, now: PaperShell.start, into: &actions)
        #expect(follower.role(of: .broadcast) == .following)
        #expect(follower.frozenState(of: .broadcast)?.checkpoint().stateHash == shell.stateHash(.broadcast))
        let tea = Record.catalogue(tenant: Shop.tenant, rows: [Shop.row("tea")])
        follower.followed(.broadcast, [tea], after: 1, leadership, now: PaperShell.start, into: &actions)
        #expect(actions.isEmpty)
        #expect(follower.report(isReady: true, problem: "", now: Shop.noon).broadcastIndex == 2)
        #expect(
            follower.report(isReady: true, problem: "", now: Shop.noon).catalogueProducts == UInt64(Shop.rows.count) + 1
        )
    }

    @Test func aSnapshotIsDueAfterSoManyRecords() throws {
        var shell = PaperShell(Shop.configuration(snapshotEvery: 10))
        let partition = shell.partition(of: anna)
        for number in UInt64(1)...25 {
            _ = shell.send([Shop.event(number, "milk")], of: anna)
            _ = shell.send([Shop.row("milk")])
            shell.settle()
            let times = Int(number / 10)
            #expect(shell.snapshotsDue.count { $0 == partition } == times)
            #expect(shell.snapshotsDue.count { $0 == .broadcast } == times)
        }
    }

    /// However rarely they are asked for: what a joining worker reads back shall not cost more than the snapshot would.
    @Test(arguments: [(1, 2_000), (2_000, 4_000), (4_000, 8_000), (7_000, 9_000)])
    func aSnapshotIsDueWhenItIsSoonerRestoredThanTheRecords(_ shoppers: Int, _ records: Int) {
        var shell = PaperShell(Shop.configuration(snapshotEvery: 9_000, partitions: 1))
        let partition = shell.partition(of: anna)
        var firstDue: Int?
        for number in 1...10_000 where firstDue == nil {
            let user = UserKey(tenant: Shop.tenant, user: "u\(number % shoppers)")
            _ = shell.send([Shop.event(UInt64(number), "milk")], of: user)
            shell.settle()
            if shell.snapshotsDue.contains(partition) { firstDue = number }
        }
        #expect(firstDue == records)
    }
}
