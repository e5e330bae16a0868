import Domain
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

extension JetStreamTests {
    /// A leader with thirty records, and its snapshots at 10, 20 and 30.
    private func fill(_ name: String) throws -> (JetStreamLog, [Snapshot]) {
        let log = try TestServers.shared.get().open(name)
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(30), to: seven, epoch: claim.epoch, expecting: 0)
        var samples = Samples(seed: 4)
        let snapshots = ([10, 20, 30] as [UInt64]).map { samples.snapshot(index: $0) }
        for snapshot in snapshots { try log.saveSnapshot(snapshot, of: seven) }
        return (log, snapshots)
    }

    @Test
    func aSnapshotOfManyChunksComesBackWhole() throws {
        let name = TestServers.newName("chunks")
        let (log, _) = try fill(name)
        var generator = SeededGenerator(seed: 8)
        let large = Snapshot(
            index: 30, epoch: 1, stateHash: 7,
            bytes: (0..<3_000_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        try log.saveSnapshot(large, of: seven)
        #expect(try TestServers.shared.get().open(name).latestSnapshot(of: seven) == large)
    }

    @Test
    func aDamagedSnapshotIsReportedAndTheOneBeforeServes() throws {
        let name = TestServers.newName("damage")
        let (log, snapshots) = try fill(name)
        let raw = try RawJetStream(servers: TestServers.shared.get().servers.urls)
        var reports: [LogError] = []
        log.damageFound = { reports.append($0) }

        // A snapshot that is being saved is no damage.
        try raw.publish([1, 2, 3], to: "farthing.\(name).snapshot.007.40")
        #expect(try log.latestSnapshot(of: seven) == snapshots[2])
        #expect(reports.isEmpty)

        // The newest one's only chunk lies directly before its manifest, and the draft is behind both.
        let stream = "farthing-\(name)-snapshots"
        #expect(raw.deleteMessage(try raw.lastSequence(of: stream) - 2, of: stream))
        #expect(try log.latestSnapshot(of: seven) == snapshots[1])
        #expect(reports.count == 1 && "\(reports)".contains("is missing"))

        // The one before gets a manifest of nonsense. The oldest was removed when the newest was saved.
        try raw.publish([2, 0, 0], to: "farthing.\(name).snapshot.007.20")
        #expect(try log.latestSnapshot(of: seven) == nil)
        #expect(reports.count == 3)
    }

    @Test
    func aLogThatIsShorterThanItsSnapshotRefusesToStart() throws {
        let shared = try TestServers.shared.get()
        let (long, short) = (TestServers.newName("long"), TestServers.newName("short"))
        for (name, count) in [(long, 9), (short, 3)] {
            let log = try shared.open(name)
            let claim = try log.claim(seven, owner: "w1")
            try log.append(batch(count), to: seven, epoch: claim.epoch, expecting: 0)
            // Two messages in both streams: what follows has the same place in both.
            for index in [3, 9] as [UInt64] where index <= count {
                try log.saveSnapshot(Snapshot(index: index, epoch: 1, stateHash: 0, bytes: [5]), of: seven)
            }
        }
        let raw = try RawJetStream(servers: shared.servers.urls)
        for sequence in [3, 4] as [UInt64] {
            let bytes = try raw.message(at: sequence, of: "farthing-\(long)-snapshots")
            try raw.publish(bytes, to: "farthing.\(short).snapshot.007.9")
        }
        let place = "farthing.\(short).snapshot.007.9"
        let problem = "the snapshot reaches index 9 but the log ends at 3: acknowledged records are missing"
        #expect(throws: LogError.corrupt(place: place, problem: problem)) {
            try shared.open(short, patience: .milliseconds(500)).latestSnapshot(of: seven)
        }
    }

    /// Servers that are killed carry out again what they had done shortly before. Replacing snapshots must not take
    /// anything else along then.
    @Test
    func whatReplacesSnapshotsIsHarmlessWhenServersDoItTwice() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("again")
        let (log, _) = try fill(name)
        var samples = Samples(seed: 5)
        for round in 0..<2 {
            let snapshots = ([15, 25, 30, 30] as [UInt64]).map { samples.snapshot(index: $0) }
            for snapshot in snapshots { try log.saveSnapshot(snapshot, of: seven) }
            for node in 0..<shared.servers.count { try #require(shared.servers.kill(node)) }
            try shared.restore()
            let after = try shared.open(name)
            #expect(try after.latestSnapshot(of: seven) == snapshots[3], "round \(round)")
            #expect(try after.leadership(of: seven).owner == "w1")
        }
        #expect(throws: LogError.self) { try shared.open(name, partitionCount: 3) }
    }
}
