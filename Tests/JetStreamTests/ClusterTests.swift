import Domain
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

/// Whose streams they are, and what becomes of one that is lost.
extension JetStreamTests {
    @Test
    func anotherPartitionCountIsRefused() throws {
        let shared = try TestServers.shared.get()
        // A name that means something to NATS.
        let name = TestServers.newName("Läden *.> 7")
        _ = try shared.open(name).claim(PartitionID(15), owner: "w1")
        let escaped = "farthing-L_c3_a4den_20_2a_2e_3e_207-" + name.split(separator: "-")[1] + "-cluster"
        let problem = "was created with 16 partitions, and cluster.yaml says 32; the number cannot change"
        #expect(throws: LogError.wrongCluster(place: "stream \(escaped)", problem: problem)) {
            try shared.open(name, partitionCount: 32)
        }
        #expect(throws: LogError.self) { try shared.open(name, partitionCount: 0) }
        #expect(try shared.open(name).leadership(of: PartitionID(15)).owner == "w1")
    }

    @Test
    func serversThatAreNotThereAreNamed() {
        #expect {
            try JetStreamLog(
                servers: ["nats://127.0.0.1:1"], cluster: "c", partitionCount: 1, patience: .milliseconds(10))
        } throws: { error in
            guard case .unavailable("nats://127.0.0.1:1", _) = error as? LogError else { return false }
            return true
        }
    }

    @Test
    func theServersThemselvesRefuseToRemoveWhatWasAcknowledged() throws {
        let (shared, name, log, claim) = try TestServers.led("keep")
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        let raw = try RawJetStream(servers: shared.servers.urls)
        #expect(!raw.deleteMessage(2, of: "farthing-\(name)-partition-007"))
        #expect(try shared.open(name).allRecords(of: seven) == batch(2))
    }

    @Test
    func aLostStreamIsALossAndNotANewPartition() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("lost")
        _ = try shared.open(name).claim(seven, owner: "w1")
        let raw = try RawJetStream(servers: shared.servers.urls)
        try raw.deleteStream("farthing-\(name)-partition-007")
        let missing = LogError.corrupt(
            place: "stream farthing-\(name)-partition-007", problem: "the stream is missing")
        let log = try shared.open(name, patience: .milliseconds(50))
        #expect(throws: missing) { try log.lastIndex(of: seven) }
        #expect(throws: missing) { try log.claim(seven, owner: "w1", after: 1) }
        #expect(try log.lastIndex(of: PartitionID(8)) == 0)
    }

    @Test
    func aMessageThatIsNoneOfOursIsNeverServed() throws {
        let (shared, name, log, claim) = try TestServers.led("foreign")
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        let raw = try RawJetStream(servers: shared.servers.urls)
        // A copy of the entry, where the servers would have put the next one.
        let copy = try raw.message(at: 2, of: "farthing-\(name)-partition-007")
        try raw.publish(copy, to: "farthing.\(name).log.007")
        let follower = try shared.open(name, patience: .milliseconds(50))
        #expect {
            try follower.allRecords(of: seven)
        } throws: { error in
            guard case .corrupt(_, "message 3 was written as 2 of 7") = error as? LogError else { return false }
            return true
        }
        #expect(throws: LogError.self) { try follower.claim(seven, owner: "w2", after: claim.epoch) }
        #expect(throws: LogError.self) { try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 2) }
    }

    @Test
    func whatIsLargerThanServersTakeIsRefused() throws {
        let shared = try TestServers.shared.get()
        let log = try shared.open(TestServers.newName("large"))
        let claim = try log.claim(seven, owner: "w1")
        let path = String(repeating: "x", count: 1 << 20)
        let record = Record.modelActivated(ModelActivation(version: 1, checksum: 2, path: path))
        let four = [Record](repeating: record, count: 4)
        #expect(try log.append(four, to: seven, epoch: claim.epoch, expecting: 0) == 4)
        #expect {
            try log.append(four + four, to: seven, epoch: claim.epoch, expecting: 4)
        } throws: { error in
            guard case .entryTooLarge = error as? LogError else { return false }
            return true
        }
        #expect(try log.append(four, to: seven, epoch: claim.epoch, expecting: 4) == 8)
        #expect(try log.allRecords(of: seven) == four + four)
    }

    @Test
    func aFollowerHearsOfAppendsWithoutAsking() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("follow")
        let leader = try shared.open(name)
        let claim = try leader.claim(seven, owner: "w1")
        let follower = try shared.open(name)
        #expect(try follower.read(seven, after: 0, limit: 10).isEmpty)
        try leader.append(batch(5), to: seven, epoch: claim.epoch, expecting: 0)
        let deadline = ContinuousClock.now + .seconds(10)
        var entries: [LogEntry] = []
        while entries.isEmpty, ContinuousClock.now < deadline {
            entries = try follower.read(seven, after: 0, limit: 10)
        }
        #expect(entries.flatMap(\.records) == batch(5))
        _ = try leader.claim(seven, owner: "w2", after: claim.epoch)
        while try follower.leadership(of: seven).owner != "w2", ContinuousClock.now < deadline {
            #expect(try follower.read(seven, after: 5, limit: 10).isEmpty)
        }
        #expect(try follower.leadership(of: seven) == Leadership(epoch: claim.epoch + 1, owner: "w2"))
    }
}
