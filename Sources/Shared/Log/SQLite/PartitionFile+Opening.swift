// How a partition's file comes to be and how it is recognised. All of it happens under the folder's lock, so that no
// two processes create the same file.

import Domain

extension PartitionFile {
    /// `partition-007.sqlite`, `broadcast.sqlite`.
    static func name(of partition: PartitionID) -> String {
        if partition == .broadcast { return "broadcast.sqlite" }
        let digits = String(partition.number)
        return "partition-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".sqlite"
    }

    /// Opens a partition's file. Needs the folder's lock.
    /// - Parameter openFiles: what this process has open already, by another log.
    /// - Returns: nil when there was never one and `create` is false.
    static func open(
        _ partition: PartitionID, in folder: LogFolder, of clusterFile: ClusterFile, cluster: String,
        beside openFiles: OpenPartitionFiles, create: Bool
    ) throws(LogError) -> PartitionFile? {
        let name = name(of: partition)
        if !folder.contains(name) {
            guard try !clusterFile.knows(partition) else { throw .corrupt(place: name, problem: "the file is missing") }
            guard create else { return nil }
            try folder.create(name) { database throws(LogError) in
                try initialise(database, partition, cluster: cluster)
            }
        }
        if create { try clusterFile.register(partition) }
        if !openFiles.contains(partition) { try WriteAheadLogInspection.check(database: folder.path(of: name)) }
        let database = try SQLiteDatabase(path: folder.path(of: name), createIfMissing: false)
        try database.expect(applicationID: applicationID, schemaVersion: schemaVersion)
        let found = try database.prepare("SELECT partition, cluster FROM lease").row { row in
            (partition: row.integer(0), cluster: row.text(1))
        }
        guard let found else { throw .corrupt(place: name, problem: "the lease is missing") }
        guard found.partition == Int64(partition.number), found.cluster == cluster else {
            throw .wrongCluster(
                place: name,
                problem: "belongs to partition \(found.partition) of cluster “\(found.cluster)”, "
                    + "not to partition \(partition) of “\(cluster)”")
        }
        return try PartitionFile(database: database, partition: partition, openFiles: openFiles)
    }

    private static func initialise(
        _ database: SQLiteDatabase, _ partition: PartitionID, cluster: String
    ) throws(LogError) {
        try database.execute("PRAGMA journal_mode = WAL")
        try database.writing { () throws(LogError) in
            try database.execute(
                """
                CREATE TABLE entry (
                    first_index INTEGER PRIMARY KEY, record_count INTEGER NOT NULL, epoch INTEGER NOT NULL,
                    checksum INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
                CREATE TABLE lease (
                    id INTEGER PRIMARY KEY CHECK (id = 1), partition INTEGER NOT NULL, cluster TEXT NOT NULL,
                    epoch INTEGER NOT NULL, owner TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
                """)
            let checksum = leaseChecksum(partition: partition, epoch: 0, owner: "")
            try database.prepare("INSERT INTO lease VALUES (1, ?1, ?2, 0, '', ?3)").run(
                .integer(Int64(partition.number)), .text(cluster), .integer(Int64(bitPattern: checksum)))
            try database.mark(applicationID: applicationID, schemaVersion: schemaVersion)
        }
    }
}

extension SQLiteDatabase {
    func mark(applicationID: Int64, schemaVersion: Int64) throws(LogError) {
        try execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(schemaVersion)")
    }

    /// Refuses a file of another kind or version.
    func expect(applicationID: Int64, schemaVersion: Int64) throws(LogError) {
        guard try number("SELECT count(*) FROM sqlite_master") > 0 else {
            throw .corrupt(place: name, problem: "the file holds nothing")
        }
        let foundID = try number("PRAGMA application_id")
        guard foundID == applicationID else {
            throw .unsupportedFile(
                place: name, problem: "its application id is \(foundID), not \(applicationID): not a log of Farthing's")
        }
        let foundVersion = try number("PRAGMA user_version")
        guard foundVersion == schemaVersion else {
            throw .unsupportedFile(
                place: name, problem: "its schema version is \(foundVersion); this build reads \(schemaVersion)")
        }
    }
}
