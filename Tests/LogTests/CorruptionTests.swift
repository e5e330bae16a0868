import Domain
import Foundation
import Log
import LogConformance
import Testing

struct CorruptionTests {
    @Test(arguments: [
        "UPDATE entry SET payload = CAST(substr(payload, 1, 9) || x'ff' || substr(payload, 11) AS BLOB) WHERE first_index = 5",
        "UPDATE entry SET payload = CAST(substr(payload, 1, length(payload) - 1) AS BLOB) WHERE first_index = 5",
        "UPDATE entry SET payload = x'' WHERE first_index = 5",
        "UPDATE entry SET epoch = 9 WHERE first_index = 5",
        "UPDATE entry SET checksum = checksum + 1 WHERE first_index = 5",
        "UPDATE entry SET record_count = 5 WHERE first_index = 5",
        "UPDATE entry SET record_count = 3 WHERE first_index = 5",
        "UPDATE entry SET record_count = -1 WHERE first_index = 5",
        "UPDATE entry SET record_count = 9223372036854775807 WHERE first_index = 5",
        "UPDATE entry SET payload = (SELECT payload FROM entry WHERE first_index = 1) WHERE first_index = 5",
        "DELETE FROM entry WHERE first_index = 5",
    ])
    func aDamagedEntryIsNamedAndNeitherItNorWhatFollowsIsServed(damage: String) throws {
        let folder = try ScratchFolder()
        try fill(folder)
        try meddle(folder.file("partition-007.sqlite"), damage)
        let log = try folder.openLog()
        #expect {
            _ = try log.allRecords(of: seven, limit: 1)
        } throws: { error in
            guard case .corrupt(let place, _) = error as? LogError else { return false }
            return place == "partition-007.sqlite, partition 7, index 5" || place == "partition-007.sqlite, partition 7"
        }
        #expect(throws: LogError.self) { try log.read(seven, after: 4, limit: 1) }
        #expect(throws: LogError.self) { try log.read(seven, after: 0, limit: 1_000) }
    }

    @Test
    func aDamagedLastEntryStopsTheNextLeader() throws {
        let folder = try ScratchFolder()
        try fill(folder)
        try meddle(
            folder.file("partition-007.sqlite"), "UPDATE entry SET epoch = 1, checksum = 1 WHERE first_index = 37")
        let log = try folder.openLog()
        #expect(throws: LogError.self) { try log.claim(seven, owner: "w2") }
    }

    @Test
    func aDamagedLeaseNeverHandsOutAnEpoch() throws {
        for damage in ["epoch = epoch + 1", "owner = 'x'", "checksum = 0", "epoch = -1"] {
            let folder = try ScratchFolder()
            try fill(folder)
            try meddle(folder.file("partition-007.sqlite"), "UPDATE lease SET \(damage)")
            let log = try folder.openLog()
            #expect(throws: LogError.self) { try log.claim(seven, owner: "w2") }
            #expect(throws: LogError.self) { try log.append(batch(1), to: seven, epoch: 1, expecting: 40) }
        }
    }

    @Test
    func anEntryOfAnotherPartitionIsRefused() throws {
        let folder = try ScratchFolder()
        try fill(folder)
        let log = try folder.openLog()
        let eight = PartitionID(8)
        let claim = try log.claim(eight, owner: "w1")
        try log.append(batch(4, seed: 99), to: eight, epoch: claim.epoch, expecting: 0)
        try meddle(
            folder.file("partition-008.sqlite"),
            """
            ATTACH '\(folder.file("partition-007.sqlite"))' AS other;
            DELETE FROM main.entry; INSERT INTO main.entry SELECT * FROM other.entry WHERE first_index = 1
            """)
        #expect {
            try log.read(eight, after: 0, limit: 1)
        } throws: {
            "\($0)".hasPrefix("partition-008.sqlite, partition 8, index 1: the entry's checksum is ")
        }
    }

    @Test
    func aPartitionsFileUnderAnotherNameIsRefused() throws {
        let folder = try ScratchFolder()
        try fill(folder)
        try folder.write(folder.bytes(of: "partition-007.sqlite"), to: "partition-009.sqlite")
        let log = try folder.openLog()
        #expect(
            throws: LogError.wrongCluster(
                place: "partition-009.sqlite",
                problem: "belongs to partition 7 of cluster “test”, not to partition 9 of “test”")
        ) {
            try log.lastIndex(of: PartitionID(9))
        }
    }

    /// The law: whatever happens to the bytes of a file, a reader gets the truth or an error, never anything else.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func noFlippedByteOfAFileIsEverServed(seed: UInt64) throws {
        let folder = try ScratchFolder()
        let records = try fill(folder)
        let sound = try folder.bytes(of: "partition-007.sqlite")
        var samples = Samples(seed: seed)
        for _ in 0..<60 {
            var bytes = sound
            let position = Int.random(in: 0..<bytes.count, using: &samples.generator)
            bytes[position] ^= UInt8.random(in: 1...255, using: &samples.generator)
            try expectTruthOrError(folder, bytes, records)
        }
    }

    @Test
    func aShortenedFileIsNeverServedAsAShorterLog() throws {
        let folder = try ScratchFolder()
        let records = try fill(folder)
        let sound = try folder.bytes(of: "partition-007.sqlite")
        for length in stride(from: 1, to: sound.count, by: 1_500) {
            try expectTruthOrError(folder, Array(sound.prefix(length)), records)
        }
    }

    private func expectTruthOrError(_ folder: ScratchFolder, _ bytes: [UInt8], _ records: [Record]) throws {
        try folder.write(bytes, to: "partition-007.sqlite")
        do throws(LogError) {
            let log = try folder.openLog()
            let end = try log.lastIndex(of: seven)
            #expect(try log.allRecords(of: seven) == records)
            #expect(end == records.count)
        } catch {
            #expect(!"\(error)".isEmpty)
        }
    }

    @discardableResult
    private func fill(_ folder: ScratchFolder) throws -> [Record] {
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        for round in 0..<10 as Range<UInt64> {
            try log.append(batch(4, seed: round), to: seven, epoch: claim.epoch, expecting: round * 4)
        }
        return try log.allRecords(of: seven)
    }
}
