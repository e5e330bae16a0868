import Domain
import Log
import LogConformance
import Testing

/// The faults that a simulator injects.
struct MemoryLogTests {
    private let storage = MemoryLogStorage(partitionCount: 16)

    @Test
    func aFullDiskWritesNothingAndTheNextAppendSucceeds() throws {
        let (log, claim) = try leader()
        storage.inject(.diskFull)
        #expect(throws: LogError.diskFull(place: "memory, partition 7")) {
            try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0)
        }
        #expect(try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0) == 1)
    }

    @Test(arguments: [(MemoryLogFault.appendLost, UInt64(0)), (.appendKept, 3)])
    func afterAFailedSyncTheRecordsAreLostOrKeptAsAsked(fault: MemoryLogFault, end: UInt64) throws {
        let (log, claim) = try leader()
        storage.inject(fault)
        let failure = LogError.storageFailed(place: "memory, partition 7", problem: "the sync failed")
        #expect(throws: failure) { try log.append(batch(3), to: seven, epoch: claim.epoch, expecting: 0) }
        #expect(try MemoryLog(storage: storage).claim(seven, owner: "w2") == Claim(epoch: 2, lastIndex: end))
    }

    @Test
    func claimsReadsAndSnapshotsFailOnCommand() throws {
        let (log, claim) = try leader()
        for fault in [MemoryLogFault.claimFails, .readFails, .snapshotFails] { storage.inject(fault) }
        #expect(throws: LogError.self) { try log.claim(seven, owner: "w2") }
        #expect(throws: LogError.self) { try log.read(seven, after: 0, limit: 1) }
        #expect(throws: LogError.self) {
            try log.saveSnapshot(Snapshot(index: 0, epoch: 1, stateHash: 0, bytes: []), of: seven)
        }
        #expect(try log.latestSnapshot(of: seven) == nil)
        #expect(try log.claim(seven, owner: "w2").epoch == claim.epoch + 1)
    }

    @Test
    func noFlippedBitOfAnEntryIsEverServed() throws {
        let (log, claim) = try leader()
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 2)
        for bit in 0..<400 {
            #expect(storage.flipBit(bit, inRecord: 4, of: seven))
            #expect(try log.read(seven, after: 0, limit: 1).count == 1)
            #expect(throws: LogError.self) { try log.read(seven, after: 2, limit: 1) }
            #expect(throws: LogError.self) { try log.claim(seven, owner: "w2") }
            storage.flipBit(bit, inRecord: 4, of: seven)
        }
        #expect(try log.allRecords(of: seven).count == 4)
        #expect(!storage.flipBit(0, inRecord: 1, of: PartitionID(3)))
    }

    private func leader() throws -> (MemoryLog, Claim) {
        let log = MemoryLog(storage: storage)
        return (log, try log.claim(seven, owner: "w1"))
    }
}
