// The log of a cluster of machines: streams of NATS JetStream, three replicas each, two for each partition. docs/adr/0010
// and 0013 say why it looks as it does.

import Domain
import Log

/// A `PartitionLog` in NATS JetStream that the processes of any number of machines share.
///
/// While a majority of a partition's servers cannot be reached, its calls throw `.unavailable` after `patience`.
public final class JetStreamLog: PartitionLog {
    public let cluster: String
    public let partitionCount: Int
    public var damageFound: (LogError) -> Void = { _ in }
    private let clusterStream: ClusterStream
    private let snapshots: SnapshotStream
    private let writer = MessageWriter()
    private let restraints = Restraints(pause: .seconds(1))
    private let patience: Duration
    private var partitions: [PartitionID: StreamPair] = [:]

    /// The longest that a call waits for servers that do not answer: as long as they may take to elect a leader
    /// after one was killed, 4 to 9 s.
    public static let defaultPatience: Duration = .seconds(10)
    /// Servers have to take messages of this size: `max_payload: 8MB` in their configuration.
    public static let requiredPayloadBytes = 8 << 20

    /// Connects, and opens the cluster's log; it is created on first use.
    /// - Parameters:
    ///   - servers: such as `nats://127.0.0.1:4222`; any one of them finds the others.
    ///   - partitionCount: 1 to 1,024; fixed when the log is created.
    ///   - replicas: 1, 3 or 5, of each stream that is created from now on.
    ///   - patience: how long a call waits for servers that do not answer.
    /// - Throws: `.wrongCluster`, `.unsupportedFile`, or `.unavailable` when no server answers.
    public convenience init(
        servers: [String], cluster: String, partitionCount: Int, replicas: Int = 3,
        patience: Duration = JetStreamLog.defaultPatience
    ) throws(LogError) {
        let place = servers.joined(separator: ",")
        guard (1...1_024).contains(partitionCount) else {
            throw .wrongCluster(place: place, problem: "\(partitionCount) partitions; a log has 1 to 1,024")
        }
        let connection = try MachineClock().ask(place: place, for: patience) { () throws(NatsFailure) in
            try NatsConnection(servers: servers, name: "farthing \(cluster)")
        }
        guard connection.largestPayloadBytes >= Self.requiredPayloadBytes else {
            throw .wrongCluster(
                place: place,
                problem: "messages may have \(connection.largestPayloadBytes) bytes, and Farthing's need "
                    + "\(Self.requiredPayloadBytes): set max_payload to 8MB in the servers' configuration")
        }
        try self.init(
            on: connection, cluster: cluster, partitionCount: partitionCount, replicas: replicas, patience: patience)
    }

    /// Opens the log on servers that the caller has found.
    package init(
        on servers: any StreamServers, cluster: String, partitionCount: Int, replicas: Int, patience: Duration
    ) throws(LogError) {
        self.cluster = cluster
        self.partitionCount = partitionCount
        self.patience = patience
        clusterStream = try ClusterStream(
            servers, cluster: cluster, partitionCount: partitionCount, replicas: replicas, patience: patience)
        snapshots = SnapshotStream(servers, names: clusterStream.names, replicas: replicas, patience: patience)
    }

    public func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        try stream(of: partition).claim(owner: owner, after: epoch)
    }

    /// Takes the lead of a partition that came from another log, under an epoch above that log's.
    /// - Throws: `.fenced` when somebody has claimed the partition already.
    public func claimCopy(_ partition: PartitionID, owner: String, above epoch: UInt64) throws(LogError) -> Claim {
        try stream(of: partition).claim(
            owner: owner, after: 0, raisingTo: epoch.addingReportingOverflow(1).partialValue)
    }

    public func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        try stream(of: partition).leadership()
    }

    @discardableResult
    public func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        try stream(of: partition).append(records, epoch: epoch, expecting: lastIndex)
    }

    public func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 {
        try stream(of: partition).look()?.lastIndex ?? 0
    }

    public func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        try stream(of: partition).read(after: index, limit: limit)
    }

    public func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        let stream = try stream(of: partition)
        if snapshot.index > stream.known?.lastIndex ?? 0 {
            let lastIndex = try stream.look()?.lastIndex ?? 0
            guard snapshot.index <= lastIndex else { throw .unexpectedIndex(actual: lastIndex) }
        }
        try snapshots.save(snapshot, of: partition)
    }

    public func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        let stream = try stream(of: partition)
        return try snapshots.latest(
            of: partition,
            lastIndex: { (index) throws(LogError) in try stream.look(for: index, atMost: patience) },
            damageFound: damageFound)
    }

    public func release(_ partition: PartitionID) { partitions[partition]?.release() }

    private func stream(of partition: PartitionID) throws(LogError) -> StreamPair {
        if let stream = partitions[partition] { return stream }
        guard partition == .broadcast || Int(partition.number) < partitionCount else {
            throw .unknownPartition(partition, count: partitionCount)
        }
        let stream = StreamPair(
            partition, cluster: clusterStream, writer: writer, restraints: restraints, patience: patience)
        partitions[partition] = stream
        return stream
    }
}
