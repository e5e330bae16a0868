import Domain
import Foundation
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

extension JetStreamTests {
    @Test
    func aCopyHasTheSameRecordsUnderTheSameIndexesAndGoesOn() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("copy")
        let folder = FileManager.default.temporaryDirectory.path + "/farthing-copy-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = try SQLiteLog(directory: folder, cluster: name, partitionCount: 16)
        var expected: [PartitionID: [Record]] = [:]
        for (partition, entries) in [(PartitionID(0), 40), (PartitionID(9), 1), (.broadcast, 3), (PartitionID(3), 0)] {
            for _ in 0..<3 { _ = try source.claim(partition, owner: "w1") }
            var records: [Record] = []
            for seed in 0..<UInt64(entries) {
                let more = batch(Int(seed % 4) + 1, seed: seed)
                try source.append(more, to: partition, epoch: 3, expecting: UInt64(records.count))
                records += more
            }
            expected[partition] = records
        }
        let snapshot = Snapshot(index: 17, epoch: 3, stateHash: 9, bytes: Array("state".utf8))
        try source.saveSnapshot(snapshot, of: PartitionID(0))

        let target = try shared.open(name)
        let report = try copy(from: source, to: target)
        let total = UInt64(expected.values.map(\.count).reduce(0, +))
        #expect(report == LogCopy.Report(partitions: 4, records: total, snapshots: 1))
        let after = try shared.open(name)
        for (partition, records) in expected {
            #expect(try after.allRecords(of: partition) == records)
            #expect(try after.leadership(of: partition) == Leadership(epoch: 4, owner: "copy"))
        }
        #expect(try after.latestSnapshot(of: PartitionID(0)) == snapshot)
        #expect(try after.claim(PartitionID(3), owner: "w1", after: 4) == Claim(epoch: 5, lastIndex: 0))

        // A log is never copied over another one.
        #expect(throws: LogError.self) { try copy(from: source, to: target) }
    }

    private func copy(from source: SQLiteLog, to target: JetStreamLog) throws(LogError) -> LogCopy.Report {
        let copy = LogCopy(from: source, to: target) { partition, epoch throws(LogError) in
            try target.claimCopy(partition, owner: "copy", above: epoch)
        }
        return try copy.run(partitionCount: 16)
    }
}
