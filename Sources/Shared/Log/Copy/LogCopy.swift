// Takes a whole log to another place: every record under the same index, and the newest snapshots. Entries are put
// together where they are small, because an index counts records and not entries. What was written is read back and
// compared, record by record.

import Domain

/// From one log to another that is still empty.
public struct LogCopy {
    /// What was copied.
    public struct Report: Equatable, Sendable {
        /// Partitions that were ever claimed, broadcast included.
        public var partitions: Int
        public var records: UInt64
        public var snapshots = 0

        public init(partitions: Int = 0, records: UInt64 = 0, snapshots: Int = 0) {
            self.partitions = partitions
            self.records = records
            self.snapshots = snapshots
        }
    }

    private let source: any PartitionLog
    private let target: any PartitionLog
    private let claim: (PartitionID, UInt64) throws(LogError) -> Claim

    /// Records of one read, and the fewest of one entry.
    private static let batchRecords = 1_024

    /// - Parameter claim: takes the lead of a partition of the target. It is given the source's epoch: an epoch above
    ///   that keeps whoever remembers the old log from taking the new one for older.
    public init(
        from source: any PartitionLog, to target: any PartitionLog,
        claim: @escaping (PartitionID, UInt64) throws(LogError) -> Claim
    ) {
        self.source = source
        self.target = target
        self.claim = claim
    }

    /// Copies and compares. Nobody else may write to either log meanwhile.
    /// - Parameter partitionCount: the broadcast partition is copied too.
    /// - Throws: `.wrongCluster` when the target holds anything; `.corrupt` when what was read back is not the same.
    public func run(partitionCount: Int) throws(LogError) -> Report {
        let partitions = (0..<partitionCount).map { PartitionID(UInt16($0)) } + [.broadcast]
        for partition in partitions { try expectEmpty(partition) }
        var report = Report()
        for partition in partitions {
            let leadership = try source.leadership(of: partition)
            guard leadership.epoch > 0 else { continue }
            report.partitions += 1
            report.records += try copyRecords(of: partition, epoch: leadership.epoch)
            if try copySnapshot(of: partition) { report.snapshots += 1 }
            try compare(partition)
        }
        return report
    }

    private func expectEmpty(_ partition: PartitionID) throws(LogError) {
        let last = try target.lastIndex(of: partition)
        guard try target.leadership(of: partition).epoch == 0, last == 0 else {
            throw .wrongCluster(
                place: "the target",
                problem: "partition \(partition) is in use and ends at index \(last); "
                    + "a log is copied only to where there is none")
        }
    }

    private func copyRecords(of partition: PartitionID, epoch: UInt64) throws(LogError) -> UInt64 {
        let epoch = try claim(partition, epoch).epoch
        var index: UInt64 = 0
        while true {
            let entries = try source.read(partition, after: index, limit: Self.batchRecords)
            if entries.isEmpty { return index }
            index = try append(entries.flatMap(\.records), to: partition, epoch: epoch, expecting: index)
        }
    }

    /// As few entries as the target takes.
    private func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting index: UInt64
    ) throws(LogError) -> UInt64 {
        do throws(LogError) {
            return try target.append(records, to: partition, epoch: epoch, expecting: index)
        } catch {
            guard case .entryTooLarge = error, records.count > 1 else { throw error }
        }
        let half = records.count / 2
        let middle = try append(Array(records[..<half]), to: partition, epoch: epoch, expecting: index)
        return try append(Array(records[half...]), to: partition, epoch: epoch, expecting: middle)
    }

    private func copySnapshot(of partition: PartitionID) throws(LogError) -> Bool {
        guard let snapshot = try source.latestSnapshot(of: partition) else { return false }
        try target.saveSnapshot(snapshot, of: partition)
        guard try target.latestSnapshot(of: partition) == snapshot else {
            throw different(partition, "the snapshot at index \(snapshot.index)")
        }
        return true
    }

    // MARK: - Comparing

    private func compare(_ partition: PartitionID) throws(LogError) {
        let (wanted, found) = (try source.lastIndex(of: partition), try target.lastIndex(of: partition))
        guard wanted == found else { throw different(partition, "its end: \(found), not \(wanted)") }
        var index: UInt64 = 0
        var ahead: [Record] = []
        while index < wanted {
            let records = try source.read(partition, after: index, limit: Self.batchRecords).flatMap(\.records)
            while ahead.count < records.count {
                let more = try target.read(partition, after: index + UInt64(ahead.count), limit: Self.batchRecords)
                guard !more.isEmpty else { break }
                ahead += more.flatMap(\.records)
            }
            for (offset, record) in records.enumerated() where offset >= ahead.count || ahead[offset] != record {
                throw different(partition, "the record at index \(index + UInt64(offset) + 1)")
            }
            ahead.removeFirst(records.count)
            index += UInt64(records.count)
        }
    }

    private func different(_ partition: PartitionID, _ what: String) -> LogError {
        .corrupt(place: "the copy of partition \(partition)", problem: "differs from its source in \(what)")
    }
}
