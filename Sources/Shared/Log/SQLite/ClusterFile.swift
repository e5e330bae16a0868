// `cluster.sqlite`: the name and the partition count that a log folder was created with, and which partitions have
// a file. Another count would send users to partitions that do not hold their past, so it is refused; a file that
// was there once and is gone is a loss, not a new partition.

import Domain

final class ClusterFile {
    private static let name = "cluster.sqlite"
    private static let applicationID: Int64 = 0x4652_5443  // "FRTC"
    private static let schemaVersion: Int64 = 1

    private let database: SQLiteDatabase
    private let selectPartition: SQLiteStatement
    private let insertPartition: SQLiteStatement

    /// Compares a folder with what the caller expects of it, or makes it what the caller expects. Needs the
    /// folder's lock, like everything here.
    init(in folder: LogFolder, cluster: String, partitionCount: Int) throws(LogError) {
        if !folder.contains(Self.name) {
            try Self.create(in: folder, cluster: cluster, partitionCount: partitionCount)
        }
        database = try SQLiteDatabase(path: folder.path(of: Self.name), createIfMissing: false)
        try database.expect(applicationID: Self.applicationID, schemaVersion: Self.schemaVersion)
        // EXTRA also syncs the folder when the rollback journal goes.
        try database.execute("PRAGMA synchronous = EXTRA")
        selectPartition = try database.prepare("SELECT number FROM partition WHERE number = ?1")
        insertPartition = try database.prepare("INSERT OR IGNORE INTO partition VALUES (?1)")
        try expect(cluster: cluster, partitionCount: partitionCount, directory: folder.directory)
    }

    /// Whether a partition's file was ever created.
    func knows(_ partition: PartitionID) throws(LogError) -> Bool {
        try selectPartition.row(.integer(Int64(partition.number))) { _ in true } ?? false
    }

    func register(_ partition: PartitionID) throws(LogError) {
        try insertPartition.run(.integer(Int64(partition.number)))
    }

    private static func create(in folder: LogFolder, cluster: String, partitionCount: Int) throws(LogError) {
        let orphans = try folder.names(withPrefix: "").filter { name in
            name == PartitionFile.name(of: .broadcast) || (name.hasPrefix("partition-") && name.hasSuffix(".sqlite"))
        }
        if let orphan = orphans.first {
            throw .corrupt(place: folder.path(of: name), problem: "is missing, although \(orphan) is there")
        }
        try folder.create(name) { database throws(LogError) in
            try database.writing { () throws(LogError) in
                try database.execute(
                    """
                    CREATE TABLE cluster (name TEXT NOT NULL, partitions INTEGER NOT NULL) STRICT;
                    CREATE TABLE partition (number INTEGER PRIMARY KEY) STRICT;
                    """)
                try database.prepare("INSERT INTO cluster VALUES (?1, ?2)").run(
                    .text(cluster), .integer(Int64(partitionCount)))
                try database.mark(applicationID: applicationID, schemaVersion: schemaVersion)
            }
        }
    }

    private func expect(cluster: String, partitionCount: Int, directory: String) throws(LogError) {
        let found = try database.prepare("SELECT name, partitions FROM cluster").row { row in
            (name: row.text(0), partitions: row.integer(1))
        }
        guard let found else { throw .corrupt(place: Self.name, problem: "holds no cluster") }
        guard found.name == cluster else {
            throw .wrongCluster(place: directory, problem: "belongs to cluster “\(found.name)”, not to “\(cluster)”")
        }
        guard found.partitions == Int64(partitionCount) else {
            throw .wrongCluster(
                place: directory,
                problem: "was created with \(found.partitions) partitions, and cluster.yaml says \(partitionCount); "
                    + "the number cannot change")
        }
    }
}
