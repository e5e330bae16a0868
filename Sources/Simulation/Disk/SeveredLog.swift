// One worker's way to the log, which can be lost while everybody else's holds: a JetStream server that cannot be reached
// from one machine, a mount that went away on one of them.

import Domain
import Log

/// What a worker has of the log.
enum LogReach: Sendable {
    case whole
    /// Nothing arrives there.
    case lost
    /// What it asks for is done, and no answer comes back.
    case answersLost
}

final class SeveredLog: PartitionLog {
    private let log: MemoryLog
    private let reach: () -> LogReach

    var damageFound: (LogError) -> Void {
        get { log.damageFound }
        set { log.damageFound = newValue }
    }

    init(_ log: MemoryLog, reach: @escaping () -> LogReach) {
        self.log = log
        self.reach = reach
    }

    func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        try crossing { () throws(LogError) in try log.claim(partition, owner: owner, after: epoch) }
    }

    func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        try crossing { () throws(LogError) in try log.leadership(of: partition) }
    }

    func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        try crossing { () throws(LogError) in
            try log.append(records, to: partition, epoch: epoch, expecting: lastIndex)
        }
    }

    func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 {
        try crossing { () throws(LogError) in try log.lastIndex(of: partition) }
    }

    func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        try crossing { () throws(LogError) in try log.read(partition, after: index, limit: limit) }
    }

    func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        try crossing { () throws(LogError) in try log.saveSnapshot(snapshot, of: partition) }
    }

    func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        try crossing { () throws(LogError) in try log.latestSnapshot(of: partition) }
    }

    private func crossing<Result>(_ body: () throws(LogError) -> Result) throws(LogError) -> Result {
        switch reach() {
        case .whole: return try body()
        case .lost: throw .unavailable(place: "the log", problem: "cannot be reached")
        case .answersLost:
            _ = try? body()
            throw .unavailable(place: "the log", problem: "has not answered")
        }
    }
}
