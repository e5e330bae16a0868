import Domain
import Foundation
import Log
import LogConformance
import Testing

/// Whose folder it is, and whether its files are Farthing's.
struct LogFolderTests {
    @Test
    func anotherPartitionCountOrNameIsRefused() throws {
        let folder = try ScratchFolder()
        _ = try folder.openLog()
        let directory = folder.path + "/log"
        let problem = "was created with 16 partitions, and cluster.yaml says 32; the number cannot change"
        #expect(throws: LogError.wrongCluster(place: directory, problem: problem)) {
            try folder.openLog(partitionCount: 32)
        }
        let name = "belongs to cluster “test”, not to “other”"
        #expect(throws: LogError.wrongCluster(place: directory, problem: name)) {
            try folder.openLog(cluster: "other")
        }
        #expect(throws: LogError.self) { try folder.openLog(partitionCount: 0) }
        #expect(try folder.openLog().partitionCount == 16)
    }

    @Test
    func filesAreNamedForTheirPartitions() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog(partitionCount: 1_024)
        for number in [0, 7, 1_023, UInt16.max] { _ = try log.claim(PartitionID(number), owner: "w1") }
        _ = try log.lastIndex(of: PartitionID(8))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/log")
        #expect(
            names.filter { $0.hasSuffix(".sqlite") }.sorted() == [
                "broadcast.sqlite", "cluster.sqlite", "partition-000.sqlite", "partition-007.sqlite",
                "partition-1023.sqlite",
            ])
    }

    @Test(arguments: [
        ("PRAGMA application_id = 5", "its application id is 5, not 1179800648: not a log of Farthing's"),
        ("PRAGMA user_version = 2", "its schema version is 2; this build reads 1"),
    ])
    func aForeignOrNewerFileIsRefused(change: String, problem: String) throws {
        let folder = try ScratchFolder()
        _ = try folder.openLog().claim(seven, owner: "w1")
        try meddle(folder.file("partition-007.sqlite"), change)
        #expect(throws: LogError.unsupportedFile(place: "partition-007.sqlite", problem: problem)) {
            try folder.openLog().claim(seven, owner: "w1")
        }
    }

    @Test
    func aFileThatIsNoDatabaseIsRefused() throws {
        let folder = try ScratchFolder()
        _ = try folder.openLog().claim(seven, owner: "w1")
        try folder.write(Array("name,price\n".utf8) + [UInt8](repeating: 65, count: 8_192), to: "partition-007.sqlite")
        #expect {
            try folder.openLog().lastIndex(of: seven)
        } throws: { error in
            guard case .unsupportedFile("partition-007.sqlite", _) = error as? LogError else { return false }
            return true
        }
    }

    @Test
    func aLostFileIsALossAndNotANewPartition() throws {
        let folder = try ScratchFolder()
        _ = try folder.openLog().claim(seven, owner: "w1")
        try FileManager.default.removeItem(atPath: folder.file("partition-007.sqlite"))
        let missing = LogError.corrupt(place: "partition-007.sqlite", problem: "the file is missing")
        #expect(throws: missing) { try folder.openLog().lastIndex(of: seven) }
        #expect(throws: missing) { try folder.openLog().claim(seven, owner: "w1") }
        try folder.write([], to: "partition-007.sqlite")
        let empty = LogError.corrupt(place: "partition-007.sqlite", problem: "the file holds nothing")
        #expect(throws: empty) { try folder.openLog().claim(seven, owner: "w1") }
    }

    @Test
    func aLostClusterFileIsNotReplaced() throws {
        let folder = try ScratchFolder()
        _ = try folder.openLog().claim(seven, owner: "w1")
        try FileManager.default.removeItem(atPath: folder.file("cluster.sqlite"))
        #expect(
            throws: LogError.corrupt(
                place: folder.file("cluster.sqlite"), problem: "is missing, although partition-007.sqlite is there")
        ) {
            try folder.openLog()
        }
    }

    /// Who bought what, and which price was shown to whom, is in these files.
    @Test
    func nobodyElseCanReadTheLog() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(4), to: seven, epoch: claim.epoch, expecting: 0)
        var samples = Samples(seed: 1)
        try log.saveSnapshot(samples.snapshot(index: 4), of: seven)
        try LogFolder(creating: folder.path + "/log/models").write([1, 2, 3], to: "1.bundle")
        let files = FileManager.default
        let names = try files.subpathsOfDirectory(atPath: folder.path + "/log")
        #expect(names.contains("partition-007.sqlite-wal") && names.contains("models/1.bundle"))
        for path in [folder.path + "/log"] + names.map(folder.file) {
            let attributes = try files.attributesOfItem(atPath: path)
            let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == (isFolder ? 0o700 : 0o600), "\(path)")
        }
    }

    @Test
    func aFileOfAFolderIsReplacedAsAWhole() throws {
        let folder = try ScratchFolder()
        let models = try LogFolder(creating: folder.path + "/log/models")
        try models.write([1, 2, 3], to: "1.bundle")
        try models.write([4], to: "1.bundle")
        #expect(try folder.bytes(of: "models/1.bundle") == [4])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("models")) == ["1.bundle"])
    }

    @Test
    func aFolderThatCannotBeMadeIsNamed() {
        #expect {
            try SQLiteLog(directory: "/proc/nowhere/log", cluster: "test", partitionCount: 1)
        } throws: { error in
            guard case .storageFailed("/proc/nowhere", _) = error as? LogError else { return false }
            return true
        }
    }

    @Test
    func aLeftoverOfAnInterruptedCreationIsNoObstacle() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        for suffix in ["", "-wal", "-journal"] {
            try folder.write([1, 2, 3], to: "draft-partition-007.sqlite\(suffix)")
        }
        #expect(try log.claim(seven, owner: "w1") == Claim(epoch: 1, lastIndex: 0))
    }
}
