import Domain
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

extension JetStreamTests {
    /// Whatever it did last, a leader that writes nothing hears of its successor.
    @Test(arguments: ["claims", "reads", "appends"])
    func aReplacedLeaderThatIsIdleHearsOfIt(lastDeed: String) throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("idle")
        let old = try shared.open(name)
        if lastDeed == "reads" { #expect(try old.read(seven, after: 0, limit: 1).isEmpty) }
        let claim = try old.claim(seven, owner: "w1", after: 0)
        if lastDeed == "reads" { #expect(try old.read(seven, after: 0, limit: 1).isEmpty) }
        if lastDeed == "appends" { try old.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0) }
        #expect(try old.leadership(of: seven) == Leadership(epoch: claim.epoch, owner: "w1"))

        let new = try shared.open(name)
        let next = try new.claim(seven, owner: "w2", after: claim.epoch)
        let records = batch(5, seed: 2)
        try new.append(records, to: seven, epoch: next.epoch, expecting: next.lastIndex)
        let deadline = ContinuousClock.now + .seconds(10)
        while try old.leadership(of: seven).owner == "w1", ContinuousClock.now < deadline {}
        #expect(try old.leadership(of: seven) == Leadership(epoch: next.epoch, owner: "w2"))

        // And what it heard of the lead is not missing from what it reads.
        #expect(try old.lastIndex(of: seven) == next.lastIndex + 5)
        #expect(try old.read(seven, after: next.lastIndex, limit: 10).flatMap(\.records) == records)
    }

    /// What a worker does a hundred times a second for every partition has to cost next to nothing.
    @Test
    func looksThatFindNothingAskNobody() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("polls")
        let leader = try shared.open(name)
        let claim = try leader.claim(seven, owner: "w1")
        try leader.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0)
        let follower = try shared.open(name)
        #expect(try follower.read(seven, after: 0, limit: 10).count == 1)
        let begin = ContinuousClock.now
        for _ in 0..<20_000 {
            _ = try follower.leadership(of: seven)
            _ = try follower.read(seven, after: 1, limit: 10)
            _ = try leader.leadership(of: seven)
        }
        // A request takes 200 µs or more on any machine: 60,000 of them would take 12 s.
        #expect(ContinuousClock.now - begin < .seconds(3))
    }
}
