// What a keeper reports of a log, in the order in which it happened there.

import Domain
import Log
import Testing
import WorkerCore
import WorkerLog

@Suite struct LogKeeperTests {
    private let zero = PartitionID(0)

    private func records(_ ids: ClosedRange<UInt64>) -> [Record] {
        ids.map { .events(user: Shop.user("anna"), events: [Shop.event($0, "milk")]) }
    }

    // MARK: - Following

    @Test(arguments: LogKind.allCases)
    func aPartitionIsLoadedAndThenFollowed(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var leader = try world.keeper("leader")
        #expect(try leader.told(.load(zero)) == ["loaded 0 at 0, epoch 0"])
        #expect(try leader.told(.claim(zero, after: 0)) == ["claimed 0, epoch 1 at 0"])
        #expect(
            try leader.told(.append(records(1...3), to: zero, epoch: 1, expecting: 0)) == ["appended to 0"])

        var follower = try world.keeper("follower")
        #expect(try follower.told(.load(zero)) == ["loaded 0 at 3, epoch 1"])
        #expect(try follower.polled() == [])
        _ = try leader.told(.append(records(4...5), to: zero, epoch: 1, expecting: 3))
        _ = try leader.told(.append(records(6...6), to: zero, epoch: 1, expecting: 5))
        #expect(try follower.polled() == ["followed 0 from 3 by 3, epoch 1 of leader"])
        #expect(try follower.polled() == [])
        #expect(try leader.polled() == [], "its own appends are no news")
    }

    @Test(arguments: LogKind.allCases)
    func aLookIsTakenAtOnceAndReportedLast(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var leader = try world.keeper("leader")
        var follower = try world.keeper("follower")
        _ = try leader.told(.load(zero))
        _ = try follower.told(.load(zero))
        _ = try leader.told(.claim(zero, after: 0))
        _ = try leader.told(.append(records(1...2), to: zero, epoch: 1, expecting: 0))
        #expect(
            try follower.told(.catchUp(zero)) == [
                "followed 0 from 0 by 0, epoch 1 of leader", "followed 0 from 0 by 2, epoch 1 of leader",
                "caught up with 0",
            ])
        #expect(try follower.told(.catchUp(PartitionID(3))) == ["caught up with 3"], "not held")
    }

    @Test(arguments: LogKind.allCases)
    func whatIsReleasedIsFollowedNoMore(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var leader = try world.keeper("leader")
        var follower = try world.keeper("follower")
        _ = try leader.told(.load(zero))
        _ = try leader.told(.claim(zero, after: 0))
        _ = try follower.told(.load(zero))
        #expect(try follower.told(.release(zero)) == [])
        _ = try leader.told(.append(records(1...2), to: zero, epoch: 1, expecting: 0))
        #expect(try follower.polled() == [])
        #expect(try follower.told(.load(zero)) == ["loaded 0 at 2, epoch 1"])
    }

    @Test(arguments: LogKind.allCases)
    func aStateThatWasReadElsewhereIsFollowedFromWhereItEnds(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var leader = try world.keeper("leader")
        _ = try leader.told(.load(zero))
        _ = try leader.told(.claim(zero, after: 0))
        _ = try leader.told(.append(records(1...4), to: zero, epoch: 1, expecting: 0))
        let log = try world.open()
        var half = Replay(of: zero, calendar: .utc)
        half.apply(records(1...4))
        let snapshot = half.frozen.snapshot()
        try log.saveSnapshot(
            Snapshot(index: 4, epoch: 1, stateHash: snapshot.stateHash, bytes: snapshot.bytes), of: zero)
        let replay = try LogKeeper.replayed(zero, from: log, .utc) { Issue.record("\($0)") }
        #expect(replay.index == 4)
        #expect(replay.frozen.encoded() == half.frozen.encoded())
        _ = try leader.told(.append(records(5...6), to: zero, epoch: 1, expecting: 4))
        var follower = try world.keeper("follower")
        #expect(try follower.told(.resume(zero, replay)) == ["loaded 0 at 6, epoch 1"])
    }

    // MARK: - Leading

    @Test(arguments: LogKind.allCases)
    func aClaimIsReportedAfterEverythingBeforeIt(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var first = try world.keeper("first")
        var second = try world.keeper("second")
        _ = try first.told(.load(zero))
        _ = try second.told(.load(zero))
        _ = try first.told(.claim(zero, after: 0))
        _ = try first.told(.append(records(1...3), to: zero, epoch: 1, expecting: 0))
        #expect(
            try second.told(.claim(zero, after: 1)) == [
                "followed 0 from 0 by 3, epoch 0 of ", "claimed 0, epoch 2 at 3",
            ])
        #expect(try first.told(.append(records(4...4), to: zero, epoch: 1, expecting: 3)) == ["fenced from 0 by 2"])
        #expect(try second.told(.append(records(4...5), to: zero, epoch: 2, expecting: 3)) == ["appended to 0"])
        #expect(
            try first.polled() == [
                "followed 0 from 3 by 0, epoch 2 of second", "followed 0 from 3 by 2, epoch 2 of second",
            ])
    }

    @Test(arguments: LogKind.allCases)
    func ofTwoClaimsAfterOneEpochOneIsRefusedAndLearnsWhoseWasTaken(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var first = try world.keeper("first")
        var second = try world.keeper("second")
        _ = try first.told(.load(zero))
        _ = try second.told(.load(zero))
        #expect(try first.told(.claim(zero, after: 0)) == ["claimed 0, epoch 1 at 0"])
        #expect(try second.told(.claim(zero, after: 0)) == ["refused 0, epoch 1 of first"])
        #expect(try second.polled() == [], "it has heard that already")
    }

    @Test(arguments: LogKind.allCases)
    func anIdleLeaderHearsThatItHasBeenFenced(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var first = try world.keeper("first")
        var second = try world.keeper("second")
        _ = try first.told(.load(zero))
        _ = try second.told(.load(zero))
        _ = try first.told(.claim(zero, after: 0))
        _ = try second.told(.claim(zero, after: 1))
        #expect(try first.polled() == ["followed 0 from 0 by 0, epoch 2 of second"])
        _ = try second.told(.append(records(1...1), to: zero, epoch: 2, expecting: 0))
        #expect(try first.polled() == ["followed 0 from 0 by 1, epoch 2 of second"])
    }

    @Test(arguments: LogKind.allCases)
    func aLogThatEndsElsewhereIsFollowed(_ kind: LogKind) throws {
        let world = LogWorld(kind)
        var keeper = try world.keeper("only")
        _ = try keeper.told(.load(zero))
        _ = try keeper.told(.claim(zero, after: 0))
        // Somebody breaks the rules and writes under an epoch that is not its own.
        try world.open().append(records(1...2), to: zero, epoch: 1, expecting: 0)
        #expect(try keeper.told(.append(records(3...3), to: zero, epoch: 1, expecting: 0)) == ["0 ends at 2"])
        #expect(try keeper.polled() == ["followed 0 from 0 by 2, epoch 1 of only"])
    }

    // MARK: - Trouble

    private func moody() throws -> (MoodyLog, LogKeeper) {
        let log = MoodyLog(MemoryLog(partitionCount: Shop.partitions))
        return (log, LogKeeper(log: log, owner: "only", calendar: .utc))
    }

    private static let passing: [LogError] = [.busy(place: "disk"), .diskFull(place: "disk")]

    @Test(arguments: passing)
    func aLoadThatFailsForNowIsTriedAgain(_ error: LogError) throws {
        for call in [MoodyLog.Call.snapshot, .leadership, .read] {
            var (log, keeper) = try moody()
            log.fail(call, error)
            log.fail(call, error)
            #expect(try keeper.told(.load(zero)) == [])
            #expect(try keeper.polled() == [])
            #expect(try keeper.polled() == ["loaded 0 at 0, epoch 0"])
        }
    }

    @Test(arguments: passing)
    func aClaimThatFailsForNowIsRefusedUnderTheOldEpoch(_ error: LogError) throws {
        var (log, keeper) = try moody()
        _ = try keeper.told(.load(zero))
        log.fail(.claim, error)
        #expect(try keeper.told(.claim(zero, after: 0)) == ["refused 0, epoch 0 of "])
        #expect(try keeper.told(.claim(zero, after: 0)) == ["claimed 0, epoch 1 at 0"])
    }

    @Test(arguments: passing)
    func aLookThatFailsForNowIsReportedWhenItHasBeenTaken(_ error: LogError) throws {
        var (log, keeper) = try moody()
        _ = try keeper.told(.load(zero))
        for call in [MoodyLog.Call.leadership, .read] { log.fail(call, error) }
        #expect(try keeper.told(.catchUp(zero)) == [])
        #expect(try keeper.polled() == [])
        #expect(try keeper.polled() == ["caught up with 0"])
        #expect(try keeper.polled() == [], "once")
    }

    @Test func aClaimWhoseLogCannotBeReadYetIsReportedWhenItCan() throws {
        var (log, keeper) = try moody()
        _ = try keeper.told(.load(zero))
        for _ in 0..<2 { log.fail(.read, .busy(place: "disk")) }
        #expect(try keeper.told(.claim(zero, after: 0)) == [])
        #expect(try keeper.polled() == [])
        #expect(try keeper.polled() == ["claimed 0, epoch 1 at 0"])
    }

    @Test(arguments: [
        (LogError.busy(place: "disk"), "find what else keeps the log's file locked, and send this again"),
        (.diskFull(place: "disk"), "free space on the log's disk and send this again"),
        (.entryTooLarge(bytes: 9, limit: 8), "send this again in several smaller requests"),
    ])
    func anAppendThatWasNotWrittenLeavesTheLeadAsItIs(_ error: LogError, remedy: String) throws {
        var (log, keeper) = try moody()
        _ = try keeper.told(.load(zero))
        _ = try keeper.told(.claim(zero, after: 0))
        log.fail(.append, error)
        #expect(
            try keeper.told(.append(records(1...1), to: zero, epoch: 1, expecting: 0)) == [
                "not written to 0: \(remedy)"
            ])
        #expect(try keeper.told(.append(records(1...1), to: zero, epoch: 1, expecting: 0)) == ["appended to 0"])
    }

    @Test func followingOutlivesALogThatIsBusy() throws {
        var (log, keeper) = try moody()
        _ = try keeper.told(.load(zero))
        log.fail(.read, .busy(place: "disk"))
        log.fail(.leadership, .busy(place: "disk"))
        #expect(try keeper.polled() == [])
        #expect(try keeper.polled() == [])
        #expect(try keeper.told(.catchUp(zero)) == ["caught up with 0"])
    }

    @Test func whatIsFatalIsThrown() throws {
        let broken = LogError.storageFailed(place: "disk", problem: "gone")
        for call in [MoodyLog.Call.claim, .append, .read, .leadership] {
            var (log, keeper) = try moody()
            _ = try keeper.told(.load(zero))
            log.fail(call, broken)
            #expect(throws: broken) {
                _ = try keeper.polled()
                _ = try keeper.told(.append(self.records(1...1), to: self.zero, epoch: 1, expecting: 0))
                _ = try keeper.told(.claim(self.zero, after: 0))
            }
        }
    }

    /// Acknowledged records that are gone again are the worst that can happen to a log.
    @Test func aLogThatHasBecomeShorterIsCorrupt() throws {
        let world = LogWorld(.memory)
        var leader = try world.keeper("leader")
        _ = try leader.told(.load(zero))
        _ = try leader.told(.claim(zero, after: 0))
        _ = try leader.told(.append(records(1...3), to: zero, epoch: 1, expecting: 0))
        var replay = Replay(of: zero, calendar: .utc)
        replay.apply(records(1...5))
        var follower = try world.keeper("follower")
        let error = #expect(throws: LogError.self) { try follower.told(.resume(zero, replay)) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// Ten times a second and more for each partition, so nothing new has to cost next to nothing.
    @Test func aLookThatFindsNothingCostsOneCallForEachQuestion() throws {
        var (log, keeper) = try moody()
        for partition in UInt16(0)..<4 { _ = try keeper.told(.load(PartitionID(partition))) }
        _ = try keeper.told(.claim(zero, after: 0))
        let before = log.calls
        #expect(try keeper.polled() == [])
        #expect(log.calls - before == 1 + 3 * 2)
    }
}
