import Domain
import Log
import LogConformance
import Testing

/// Disks that fail while a leader writes.
@Suite(.serialized)
struct StorageFailureTests {
    @Test
    func everyAppendSyncsTheWriteAheadLogBeforeItReturns() throws {
        let (log, claim) = try faulty()
        for end in 0..<20 as Range<UInt64> {
            let before = FaultyDisk.walSyncs
            try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: end)
            #expect(FaultyDisk.walSyncs > before)
        }
    }

    @Test
    func aFailedSyncAcknowledgesNothingAndEndsWriting() throws {
        let (log, claim) = try faulty()
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        FaultyDisk.fault = .syncFails
        let thrown = #expect(throws: LogError.self) {
            try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 2)
        }
        let failure = try #require(thrown)
        FaultyDisk.fault = .none
        #expect(failure.isFatal)
        // The disk works again, but what it holds is unknown: only a new process may find out.
        #expect(throws: failure) { try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 2) }
        #expect(throws: failure) { try log.claim(seven, owner: "w1") }
        #expect(try log.lastIndex(of: seven) == 2)
    }

    @Test
    func aFullDiskRefusesTheAppendAndTakesTheNextOne() throws {
        let (log, claim) = try faulty()
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        FaultyDisk.fault = .full
        #expect(throws: LogError.diskFull(place: "partition-007.sqlite")) {
            try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 2)
        }
        #expect(try log.read(seven, after: 0, limit: 10).count == 1)
        FaultyDisk.fault = .none
        #expect(try log.append(batch(3), to: seven, epoch: claim.epoch, expecting: 2) == 5)
        #expect(try log.allRecords(of: seven).count == 5)
    }

    private func faulty() throws -> (SQLiteLog, Claim) {
        try #require(FaultyDisk.isInstalled)
        FaultyDisk.fault = .none
        let log = try ScratchFolder(marker: FaultyDisk.marker).openLog()
        return (log, try log.claim(seven, owner: "w1"))
    }
}
