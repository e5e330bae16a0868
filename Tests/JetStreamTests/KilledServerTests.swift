import Domain
import Foundation
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

extension JetStreamTests {
    /// The server is killed that leads the stream which is written, the worst of the three to lose: the others need 4 to
    /// 9 s to elect another leader, and the second stream takes what comes meanwhile.
    @Test
    func nothingAcknowledgedIsLostWhenAServerIsKilledUnderLoad() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("kill")
        let log = try shared.open(name)
        let follower = try shared.open(name)
        let claim = try log.claim(seven, owner: "w1")
        var acknowledged: [Record] = []
        var followed: [Record] = []
        func append(_ count: Int) throws -> Duration {
            var longest = Duration.zero
            for _ in 0..<count {
                let begin = ContinuousClock.now
                let records = batch(3, seed: UInt64(acknowledged.count))
                let end = try log.append(
                    records, to: seven, epoch: claim.epoch, expecting: UInt64(acknowledged.count))
                acknowledged += records
                #expect(end == UInt64(acknowledged.count))
                let entries = try follower.read(seven, after: UInt64(followed.count), limit: 100)
                followed += entries.flatMap(\.records)
                longest = max(longest, ContinuousClock.now - begin)
            }
            return longest
        }
        _ = try append(500)
        try #require(shared.servers.kill(try shared.spread(log, name, seven)))
        let gap = try append(500)
        #expect(gap < .seconds(3), "writes, or who follows, were held up for \(gap)")
        let caughtUp = ContinuousClock.now + .seconds(3)
        while followed.count < acknowledged.count, ContinuousClock.now < caughtUp {
            followed += try follower.read(seven, after: UInt64(followed.count), limit: 100).flatMap(\.records)
        }
        #expect(followed.count == acknowledged.count, "who follows hears nothing while the servers elect")

        #expect(try shared.open(name).allRecords(of: seven, limit: 8_192) == acknowledged)
        #expect(try follower.lastIndex(of: seven) == UInt64(acknowledged.count))
        while followed.count < acknowledged.count {
            let entries = try follower.read(seven, after: UInt64(followed.count), limit: 8_192)
            followed += entries.flatMap(\.records)
            if entries.isEmpty { break }
        }
        #expect(followed == acknowledged)
        #expect(try shared.open(name).claim(seven, owner: "w2").lastIndex == UInt64(acknowledged.count))
        try shared.restore()
    }

    @Test
    func everythingIsThereAfterAllServersWereKilled() throws {
        let (shared, name, log, claim) = try TestServers.led("blackout", patience: .seconds(12))
        let records = batch(60)
        for start in stride(from: 0, to: 60, by: 10) {
            try log.append(
                Array(records[start..<(start + 10)]), to: seven, epoch: claim.epoch, expecting: UInt64(start))
        }
        let snapshot = Snapshot(index: 50, epoch: claim.epoch, stateHash: 5, bytes: [1, 2, 3])
        try log.saveSnapshot(snapshot, of: seven)
        for node in 0..<shared.servers.count { try #require(shared.servers.kill(node)) }

        // Nobody is there: the outcome is unknown, and that ends nothing.
        #expect {
            try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 60)
        } throws: { error in
            guard let error = error as? LogError, case .unavailable = error else { return false }
            return !error.isFatal
        }
        #expect(try log.read(seven, after: 60, limit: 10).isEmpty)

        try shared.restore()
        let after = try shared.open(name)
        #expect(try after.allRecords(of: seven) == records)
        #expect(try after.latestSnapshot(of: seven) == snapshot)
        #expect(try after.leadership(of: seven) == Leadership(epoch: claim.epoch, owner: "w1"))
        let next = try after.claim(seven, owner: "w2", after: claim.epoch)
        #expect(next == Claim(epoch: claim.epoch + 1, lastIndex: 60))
        #expect(throws: LogError.fenced(currentEpoch: next.epoch)) {
            try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 60)
        }
    }
}
