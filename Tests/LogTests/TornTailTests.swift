import Domain
import Foundation
import Log
import LogConformance
import Testing

/// What a power cut or a failing disk does to the write-ahead log, which holds the newest commits.
struct TornTailTests {
    private let wal = "partition-007.sqlite-wal"

    @Test
    func aPowerCutLosesNothingThatWasAcknowledged() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        for round in 0..<10 as Range<UInt64> {
            try log.append(batch(4, seed: round), to: seven, epoch: claim.epoch, expecting: round * 4)
            let after = try folder.afterPowerCut().openLog()
            #expect(try after.allRecords(of: seven) == log.allRecords(of: seven))
        }
    }

    @Test
    func onlyTheIncompleteTailIsCut() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        var sizes: [Int] = []
        for round in 0..<6 as Range<UInt64> {
            try log.append(batch(4, seed: round), to: seven, epoch: claim.epoch, expecting: round * 4)
            sizes.append(try folder.size(of: wal))
        }
        let whole = try folder.bytes(of: wal)
        let records = try log.allRecords(of: seven)
        for length in stride(from: sizes[0], through: whole.count, by: 700) {
            let after = try folder.afterPowerCut()
            try after.write(Array(whole.prefix(length)), to: wal)
            let complete = sizes.count { $0 <= length } * 4
            #expect(try after.openLog().allRecords(of: seven) == Array(records.prefix(complete)))
        }
    }

    @Test
    func aTornLastCommitWithRubbishInItIsCut() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(4), to: seven, epoch: claim.epoch, expecting: 0)
        let size = try folder.size(of: wal)
        try log.append(batch(400, seed: 2), to: seven, epoch: claim.epoch, expecting: 4)
        let records = try log.allRecords(of: seven)
        var torn = try folder.bytes(of: wal)
        for position in (size + 5_000)..<(size + 9_000) { torn[position] = 0 }
        let after = try folder.afterPowerCut()
        try after.write(torn, to: wal)
        #expect(try after.openLog().allRecords(of: seven) == Array(records.prefix(4)))
    }

    /// SQLite alone would drop the damaged commit and everything acknowledged after it without a word.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func damageBeforeTheLastCommitRefusesToStart(seed: UInt64) throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        for round in 0..<8 as Range<UInt64> {
            try log.append(batch(400, seed: round), to: seven, epoch: claim.epoch, expecting: round * 400)
        }
        #expect(try folder.size(of: wal) > 300_000, "more than is looked at in one piece")
        let beforeLast = try folder.size(of: wal)
        try log.append(batch(4, seed: 8), to: seven, epoch: claim.epoch, expecting: 3_200)
        try log.append(batch(4, seed: 9), to: seven, epoch: claim.epoch, expecting: 3_204)
        let records = try log.allRecords(of: seven)
        let whole = try folder.bytes(of: wal)
        var samples = Samples(seed: seed)
        for _ in 0..<20 {
            var bytes = whole
            let position = Int.random(in: 0..<beforeLast, using: &samples.generator)
            bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &samples.generator)
            let after = try folder.afterPowerCut()
            try after.write(bytes, to: wal)
            do throws(LogError) {
                // Bytes that no checksum covers and nobody reads may differ.
                #expect(try after.openLog().allRecords(of: seven) == records, "byte \(position) of the write-ahead log")
            } catch {
                guard case .corrupt(let place, let problem) = error else {
                    Issue.record("byte \(position) gave \(error)")
                    continue
                }
                #expect(place.hasPrefix("partition-007.sqlite-wal, byte "))
                #expect(problem.hasSuffix("of the write-ahead log is damaged, and acknowledged commits follow it"))
            }
        }
    }

    /// What a connection of the same process has open was looked at when that one opened it, and is not recovered again.
    @Test
    func onlyTheFirstConnectionOfAProcessLooksForDamage() throws {
        let folder = try ScratchFolder()
        let openFiles = OpenPartitionFiles()
        var first: SQLiteLog? = try folder.openLog(openFiles: openFiles)
        let claim = try first!.claim(seven, owner: "w1")
        for round in 0..<4 as Range<UInt64> {
            try first!.append(batch(4, seed: round), to: seven, epoch: claim.epoch, expecting: round * 4)
        }
        var bytes = try folder.bytes(of: wal)
        bytes[100] ^= 1
        try folder.write(bytes, to: wal)

        #expect(try folder.openLog(openFiles: openFiles).leadership(of: seven).epoch == claim.epoch)
        let after = try folder.afterPowerCut()
        first = nil
        #expect(throws: LogError.self) { try after.openLog(openFiles: openFiles).leadership(of: seven) }
    }

    /// Looking for damage must not mend it, or the second start would go on without what is lost.
    @Test
    func aDamagedLogIsRefusedAtEveryStartAndLeftAsItIs() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        for round in 0..<4 as Range<UInt64> {
            try log.append(batch(4, seed: round), to: seven, epoch: claim.epoch, expecting: round * 4)
        }
        var bytes = try folder.bytes(of: wal)
        bytes[5_000] ^= 1
        let after = try folder.afterPowerCut()
        try after.write(bytes, to: wal)
        let database = try after.bytes(of: "partition-007.sqlite")
        for _ in 0..<3 {
            #expect {
                try after.openLog().lastIndex(of: seven)
            } throws: { error in
                if case .corrupt = error as? LogError { true } else { false }
            }
            #expect(try after.bytes(of: wal) == bytes)
            #expect(try after.bytes(of: "partition-007.sqlite") == database)
        }
    }
}
