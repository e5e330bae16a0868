// The embedded log: a folder of SQLite files, one per partition, and `cluster.sqlite`, which says whose they are.

import Domain

/// A `PartitionLog` in SQLite files that several processes of one machine share.
public final class SQLiteLog: PartitionLog {
    public let cluster: String
    public let partitionCount: Int
    public var damageFound: (LogError) -> Void = { _ in }
    private let folder: LogFolder
    private let clusterFile: ClusterFile
    private let openFiles: OpenPartitionFiles
    private var files: [PartitionID: PartitionFile] = [:]

    /// Opens the log in a folder, creating both on first use.
    /// - Parameters:
    ///   - cluster: the cluster's name; a folder that was created under another name is refused.
    ///   - partitionCount: 1 to 1,024; fixed when the folder is created.
    ///   - openFiles: shared by all the logs of this folder that one process opens, to spare it looking at files twice.
    /// - Throws: `.wrongCluster`, `.unsupportedFile`, or a failure of the disk.
    public init(
        directory: String, cluster: String, partitionCount: Int, openFiles: OpenPartitionFiles = OpenPartitionFiles()
    ) throws(LogError) {
        guard (1...1_024).contains(partitionCount) else {
            throw .wrongCluster(place: directory, problem: "\(partitionCount) partitions; a log has 1 to 1,024")
        }
        self.cluster = cluster
        self.partitionCount = partitionCount
        self.openFiles = openFiles
        let folder = try LogFolder(creating: directory)
        self.folder = folder
        clusterFile = try folder.locked { () throws(LogError) in
            try ClusterFile(in: folder, cluster: cluster, partitionCount: partitionCount)
        }
    }

    public func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        try create(partition).claim(owner: owner, after: epoch)
    }

    public func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        try existing(partition)?.leadership() ?? Leadership(epoch: 0, owner: "")
    }

    @discardableResult
    public func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        // A partition that has no file was never claimed.
        guard let file = try existing(partition) else { throw .fenced(currentEpoch: 0) }
        return try file.append(records, epoch: epoch, expecting: lastIndex)
    }

    public func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 {
        try existing(partition)?.lastIndex() ?? 0
    }

    public func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        guard let file = try existing(partition) else {
            if index > 0 { throw .unexpectedIndex(actual: 0) }
            return []
        }
        return try file.read(after: index, limit: limit)
    }

    public func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        let lastIndex = try lastIndex(of: partition)
        guard snapshot.index <= lastIndex else { throw .unexpectedIndex(actual: lastIndex) }
        try SnapshotFiles(folder: folder, partition: partition).save(snapshot)
    }

    public func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        let files = SnapshotFiles(folder: folder, partition: partition)
        return try files.latest(lastIndex: try lastIndex(of: partition), damageFound: damageFound)
    }

    private func create(_ partition: PartitionID) throws(LogError) -> PartitionFile {
        guard let file = try open(partition, create: true) else {
            throw .storageFailed(place: PartitionFile.name(of: partition), problem: "was not created")
        }
        return file
    }

    private func existing(_ partition: PartitionID) throws(LogError) -> PartitionFile? {
        try open(partition, create: false)
    }

    private func open(_ partition: PartitionID, create: Bool) throws(LogError) -> PartitionFile? {
        if let file = files[partition] { return file }
        guard partition == .broadcast || Int(partition.number) < partitionCount else {
            throw .unknownPartition(partition, count: partitionCount)
        }
        let file = try folder.locked { () throws(LogError) in
            try PartitionFile.open(
                partition, in: folder, of: clusterFile, cluster: cluster, beside: openFiles, create: create)
        }
        files[partition] = file
        return file
    }
}
