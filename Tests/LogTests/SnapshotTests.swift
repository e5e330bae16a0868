import Domain
import Foundation
import Log
import LogConformance
import Testing

struct SnapshotTests {
    private let newest = "partition-007.snapshot-00000000000000000030"
    private let older = "partition-007.snapshot-00000000000000000020"

    @Test
    func onlyTheTwoNewestFilesStay() throws {
        let folder = try ScratchFolder()
        _ = try fill(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/log")
        #expect(names.filter { $0.contains("snapshot") }.sorted() == [older, newest])
    }

    /// The law: no bytes of a snapshot's file can trap, and none but the whole snapshot is served.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func aDamagedNewestIsReportedAndTheOlderOneServes(seed: UInt64) throws {
        let folder = try ScratchFolder()
        let snapshots = try fill(folder)
        let sound = try folder.bytes(of: newest)
        var samples = Samples(seed: seed)
        for _ in 0..<30 {
            var bytes = sound
            if Bool.random(using: &samples.generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &samples.generator)] ^= 0x10
            } else {
                bytes.removeLast(Int.random(in: 1...bytes.count, using: &samples.generator))
            }
            try folder.write(bytes, to: newest)
            let log = try folder.openLog()
            var reports: [LogError] = []
            log.damageFound = { reports.append($0) }
            #expect(try log.latestSnapshot(of: seven) == snapshots[1])
            #expect(reports.count == 1)
            #expect(reports.first.map { "\($0)".hasPrefix("\(newest), partition 7: byte ") } == true)
        }
    }

    @Test
    func withoutAnyWholeSnapshotTheLogIsReplayedFromItsStart() throws {
        let folder = try ScratchFolder()
        _ = try fill(folder)
        for name in [older, newest] { try folder.write([1, 2, 3], to: name) }
        let log = try folder.openLog()
        var reports = 0
        log.damageFound = { _ in reports += 1 }
        #expect(try log.latestSnapshot(of: seven) == nil)
        #expect(reports == 2)
        #expect(try log.allRecords(of: seven).count == 30)
    }

    @Test
    func aSnapshotOfAnotherPartitionIsNotServed() throws {
        let folder = try ScratchFolder()
        _ = try fill(folder)
        try folder.write(folder.bytes(of: newest), to: "partition-008.snapshot-00000000000000000030")
        let log = try folder.openLog()
        var reports: [LogError] = []
        log.damageFound = { reports.append($0) }
        #expect(try log.latestSnapshot(of: PartitionID(8)) == nil)
        #expect(reports.count == 1)
    }

    @Test
    func aLogThatIsShorterThanItsSnapshotRefusesToStart() throws {
        let folder = try ScratchFolder()
        _ = try fill(folder)
        try meddle(folder.file("partition-007.sqlite"), "DELETE FROM entry WHERE first_index > 10")
        #expect(
            throws: LogError.corrupt(
                place: newest,
                problem: "the snapshot reaches index 30 but the log ends at 10: acknowledged records are missing")
        ) {
            try folder.openLog().latestSnapshot(of: seven)
        }
    }

    @Test
    func aDamagedSnapshotInMemoryIsReportedToo() throws {
        let storage = MemoryLogStorage(partitionCount: 16)
        let log = MemoryLog(storage: storage)
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(30), to: seven, epoch: claim.epoch, expecting: 0)
        let older = Snapshot(index: 10, epoch: 1, stateHash: 2, bytes: [3])
        try log.saveSnapshot(older, of: seven)
        try log.saveSnapshot(Snapshot(index: 20, epoch: 1, stateHash: 2, bytes: [3]), of: seven)
        var reports = 0
        log.damageFound = { _ in reports += 1 }
        #expect(storage.flipBit(100, inNewestSnapshotOf: seven))
        #expect(try log.latestSnapshot(of: seven) == older)
        #expect(reports == 1)
    }

    /// A log of three entries of ten records, with a snapshot after each.
    private func fill(_ folder: ScratchFolder) throws -> [Snapshot] {
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        var samples = Samples(seed: 4)
        var snapshots: [Snapshot] = []
        for end in [10, 20, 30] as [UInt64] {
            try log.append(samples.records(10), to: seven, epoch: claim.epoch, expecting: end - 10)
            snapshots.append(samples.snapshot(index: end))
            try log.saveSnapshot(snapshots[snapshots.count - 1], of: seven)
        }
        return snapshots
    }
}
