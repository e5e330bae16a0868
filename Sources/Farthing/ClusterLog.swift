import Configuration
import JetStreamLog
import Log

extension ClusterConfiguration {
    /// The cluster's log, or another one of the same cluster.
    /// - Parameter folder: of an embedded log; `log.directory` unless given.
    func openLog(_ kind: LogSettings.Kind, folder: String? = nil) throws(LogError) -> any PartitionLog {
        switch kind {
        case .embedded:
            try SQLiteLog(
                directory: folder ?? log.directory, cluster: cluster.name, partitionCount: cluster.partitions)
        case .jetstream:
            try JetStreamLog(
                servers: log.servers, cluster: cluster.name, partitionCount: cluster.partitions, replicas: log.replicas)
        }
    }
}
