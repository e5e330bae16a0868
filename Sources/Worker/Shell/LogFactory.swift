// The one place that knows which kinds of log there are.

import Configuration
import Domain
import JetStreamLog
import Log

/// Opens the log that `cluster.yaml` names: once for each thread that uses it.
struct LogFactory: Sendable {
    private let settings: LogSettings
    private let cluster: ClusterSettings

    init(_ configuration: ClusterConfiguration) {
        settings = configuration.log
        cluster = configuration.cluster
    }

    /// - Throws: when it cannot be reached, or is another cluster's.
    func open() throws(LogError) -> any PartitionLog {
        switch settings.kind {
        case .embedded:
            try SQLiteLog(directory: settings.directory, cluster: cluster.name, partitionCount: cluster.partitions)
        case .jetstream:
            try JetStreamLog(
                servers: settings.servers, cluster: cluster.name, partitionCount: cluster.partitions,
                replicas: settings.replicas)
        }
    }
}
