// The one place that knows which kinds of log there are.

import Configuration
import Domain
import JetStreamLog
import Log

/// Opens the log that `cluster.yaml` names: once for each thread that uses it.
struct LogFactory: Sendable {
    private let settings: LogSettings
    private let cluster: ClusterSettings
    private let openFiles = OpenPartitionFiles()

    init(_ configuration: ClusterConfiguration) {
        settings = configuration.log
        cluster = configuration.cluster
    }

    /// How many threads append, each with a log of its own.
    var threads: Int {
        switch settings.kind {
        case .embedded: 1
        case .jetstream: min(cluster.partitions + 1, Self.mostThreads)
        }
    }

    private static let mostThreads = 32

    /// - Throws: when it cannot be reached, or is another cluster's.
    func open() throws(LogError) -> any PartitionLog {
        switch settings.kind {
        case .embedded:
            try SQLiteLog(
                directory: settings.directory, cluster: cluster.name, partitionCount: cluster.partitions,
                openFiles: openFiles)
        case .jetstream:
            try JetStreamLog(
                servers: settings.servers, cluster: cluster.name, partitionCount: cluster.partitions,
                replicas: settings.replicas)
        }
    }
}
