// What the memory log adds for the simulator: writes that end in the middle, space that runs out, a witness.

import Domain
import Log
import Testing

private let partition = PartitionID(0)

private final class Notes: MemoryLogObserver {
    var claims: [UInt64] = []
    var entries: [UInt64] = []

    func claimed(_ partition: PartitionID, _ leadership: Leadership, after epoch: UInt64) {
        claims.append(leadership.epoch)
    }

    func appended(_ entry: LogEntry, to partition: PartitionID) { entries.append(entry.firstIndex) }
}

@Suite struct TornDiskTests {
    private let storage = MemoryLogStorage(partitionCount: 1)
    private let notes = Notes()

    private func led() throws -> (MemoryLog, UInt64) {
        storage.observer = notes
        let log = MemoryLog(storage: storage)
        let claim = try log.claim(partition, owner: "w1", after: 0)
        try log.append([.checkpoint], to: partition, epoch: claim.epoch, expecting: 0)
        return (log, claim.epoch)
    }

    @Test(arguments: [0, 0.3, 0.99]) func anEntryThatWasNotWrittenWholeIsCut(share: Double) throws {
        let (log, epoch) = try led()
        storage.tear([.checkpoint, .checkpoint], in: partition, epoch: epoch, expecting: 1, share: share)
        #expect(try log.lastIndex(of: partition) == 1)
        try log.append([.checkpoint], to: partition, epoch: epoch, expecting: 1)
        #expect(try log.read(partition, after: 0, limit: 10).map(\.firstIndex) == [1, 2])
        #expect(notes.entries == [1, 2])
    }

    @Test func anEntryThatWasWrittenWholeIsKeptThoughNobodyWasTold() throws {
        let (log, epoch) = try led()
        storage.tear([.checkpoint, .checkpoint], in: partition, epoch: epoch, expecting: 1, share: 1)
        #expect(try log.lastIndex(of: partition) == 3)
        #expect(notes.entries == [1, 2])
    }

    @Test func aStaleLeaderLeavesNoTornEntry() throws {
        let (log, epoch) = try led()
        _ = try log.claim(partition, owner: "w2", after: epoch)
        storage.tear([.checkpoint], in: partition, epoch: epoch, expecting: 1, share: 1)
        #expect(try log.lastIndex(of: partition) == 1)
        #expect(notes.claims == [1, 2])
    }

    @Test func aFullDiskTakesNothingUntilThereIsSpaceAgain() throws {
        let (log, epoch) = try led()
        storage.isFull = true
        #expect(throws: LogError.self) {
            try log.append([.checkpoint], to: partition, epoch: epoch, expecting: 1)
        }
        storage.isFull = false
        #expect(try log.append([.checkpoint], to: partition, epoch: epoch, expecting: 1) == 2)
    }

    @Test func flippingTheSameBitAgainRepairsAnEntry() throws {
        let (log, _) = try led()
        storage.flipBit(9, inRecord: 1, of: partition)
        #expect(throws: LogError.self) { try log.read(partition, after: 0, limit: 1) }
        storage.flipBit(9, inRecord: 1, of: partition)
        #expect(try log.read(partition, after: 0, limit: 1).count == 1)
    }
}
