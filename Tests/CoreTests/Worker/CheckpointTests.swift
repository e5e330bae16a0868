// Replicas at the same index are byte-identical, and a checkpoint proves it while the cluster runs.

import Domain
import Testing
import WorkerCore

@Suite struct CheckpointTests {
    private let anna = CoreScript.shopper(of: 0, "anna")

    @Test func leaderAndFollowerHashTheStateAtTheCheckpointItself() throws {
        var leader = CoreScript.leading(0)
        _ = leader.send(1, of: anna)
        #expect(leader.checkpoint(0) == [])
        _ = leader.send(2, of: anna)
        #expect(leader.appended(0) == ["1: durable at 1, 1 new", "append to 0 under 4 at 1: checkpoint, event 2"])
        #expect(leader.appended(0) == ["hash 0 at 2", "2: checkpoint at 2", "3: durable at 3, 1 new"])

        var follower = CoreScript.following(0)
        let records: [Record] = [
            .events(user: anna, events: [Shop.event(1, "milk")]), .checkpoint,
            .events(user: anna, events: [Shop.event(2, "milk")]),
        ]
        #expect(follower.followed(0, records, epoch: 4) == ["hash 0 at 2"])

        let ours = try #require(leader.frozen.last)
        let theirs = try #require(follower.frozen.last)
        #expect(ours.checkpoint() == theirs.checkpoint())
        #expect(ours.encoded() == theirs.encoded())
        #expect(leader.report(0)?.checkpoint == nil, "not before it is hashed")
        leader.stateHashed(ours)
        follower.stateHashed(theirs)
        #expect(leader.report(0)?.checkpoint == ours.checkpoint())
        #expect(leader.report(0)?.checkpoint == follower.report(0)?.checkpoint)
        #expect(leader.report(0)?.index == 3)
    }

    @Test func theNewestCheckpointIsReportedInWhateverOrderTheyAreHashed() throws {
        var follower = CoreScript.following(0)
        _ = follower.followed(0, [.checkpoint, .checkpoint], epoch: 3)
        #expect(follower.frozen.map(\.index) == [1, 2])
        for state in follower.frozen.reversed() { follower.stateHashed(state) }
        #expect(follower.report(0)?.checkpoint?.index == 2)
    }

    @Test func aFrozenStateIsNotChangedByWhatComesAfter() throws {
        var leader = CoreScript.leading(0)
        _ = leader.checkpoint(0)
        _ = leader.appended(0)
        let frozen = try #require(leader.frozen.last)
        let before = frozen.encoded()
        for event in UInt64(1)...50 {
            _ = leader.send(event, of: CoreScript.shopper(of: 0, "guest\(event)-"))
            _ = leader.appended(0)
        }
        #expect(frozen.encoded() == before)
        #expect(leader.report(0)?.index == 51)
    }

    @Test func theBroadcastPartitionHasCheckpointsToo() throws {
        var script = CoreScript.following()
        #expect(script.followed(65_535, [.checkpoint], after: 1, epoch: 3) == ["hash broadcast at 2"])
        script.stateHashed(try #require(script.frozen.last))
        #expect(script.report(65_535)?.checkpoint?.index == 2)
    }

    @Test func onlyTheLeaderKeepsSnapshots() {
        let records = (UInt64(1)...25).map { Record.events(user: anna, events: [Shop.event($0, "milk")]) }
        var follower = CoreScript.following(0, configuration: Shop.configuration(snapshotEvery: 10))
        for (index, record) in records.enumerated() {
            #expect(follower.followed(0, [record], after: UInt64(index), epoch: 3) == [])
        }
        _ = follower.lead(0, after: 3)
        _ = follower.claimed(0, epoch: 4, at: 25)
        var snapshots: [String] = []
        for event in UInt64(26)...40 {
            _ = follower.send(event, of: anna)
            snapshots += follower.appended(0).filter { $0.hasPrefix("snapshot") }
        }
        #expect(snapshots == ["snapshot of 0 at 30", "snapshot of 0 at 40"])
    }
}
