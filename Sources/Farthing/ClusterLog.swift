import Configuration
import Domain
import Foundation
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

    /// - Throws: where no cluster has ever run: opening would make an empty log.
    func openExistingLog() throws -> any PartitionLog {
        let file = self.log.directory + "/cluster.sqlite"
        guard self.log.kind != .embedded || FileManager.default.fileExists(atPath: file) else {
            throw Refusal(
                .invalidFile, place: "log.directory", value: file,
                remedy: "Start the cluster once with `farthing up`, or name its configuration with --config.")
        }
        return try openLog(self.log.kind)
    }

    /// Everything in the log, one partition after the other, the broadcast one last.
    func forEachRecord(_ body: (Record) -> Void) throws {
        try forEachRecord(of: (0..<cluster.partitions).map { PartitionID(UInt16($0)) } + [.broadcast], body)
    }

    private func forEachRecord(of partitions: [PartitionID], _ body: (Record) -> Void) throws {
        let log = try openExistingLog()
        for partition in partitions {
            let last = try log.lastIndex(of: partition)
            var index: UInt64 = 0
            while index < last {
                for entry in try log.read(partition, after: index, limit: 4_096) {
                    entry.records.forEach(body)
                    index = entry.lastIndex
                }
            }
        }
    }

    /// The model that serves; nil when none does.
    func servingModel() throws -> ModelActivation? {
        var serving: ModelActivation?
        try forEachRecord(of: [.broadcast]) { record in
            if case .modelActivated(let activation) = record { serving = activation }
        }
        return serving
    }

    func calendar() throws(Refusal) -> ShopCalendar {
        guard let calendar = ShopCalendar(timeZone: shop.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "shop.time_zone", value: shop.timeZone,
                remedy: "Name a time zone that this machine's database knows.")
        }
        return calendar
    }
}
