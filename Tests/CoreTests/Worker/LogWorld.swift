// Logs for tests: one in memory, one in SQLite files, and one around another that fails when it is told to.

import Domain
import Foundation
import Log
import WorkerCore
import WorkerLog

enum LogKind: String, CaseIterable, Sendable {
    case memory, sqlite
}

/// One storage that any number of workers open.
struct LogWorld {
    /// Opens the storage as a process that has just started would.
    let open: () throws -> any PartitionLog

    init(_ kind: LogKind) {
        switch kind {
        case .memory:
            let storage = MemoryLogStorage(partitionCount: Shop.partitions)
            open = { MemoryLog(storage: storage) }
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.path + "/farthing-keeper-tests-\(UUID().uuidString)"
            open = { try SQLiteLog(directory: folder, cluster: "test", partitionCount: Shop.partitions) }
        }
    }

    func keeper(_ owner: String) throws -> LogKeeper { LogKeeper(log: try open(), owner: owner, calendar: .utc) }
}

/// Fails the next calls with what it was given, then does what the log behind it does.
final class MoodyLog: PartitionLog {
    enum Call {
        case claim, leadership, append, read, snapshot
    }

    private let log: any PartitionLog
    private var moods: [(call: Call, error: LogError)] = []
    /// Calls that reached this log.
    private(set) var calls = 0
    var damageFound: (LogError) -> Void = { _ in }

    init(_ log: any PartitionLog) { self.log = log }

    func fail(_ call: Call, _ error: LogError) { moods.append((call, error)) }

    private func check(_ call: Call) throws(LogError) {
        calls += 1
        guard let next = moods.firstIndex(where: { $0.call == call }) else { return }
        throw moods.remove(at: next).error
    }

    func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        try check(.claim)
        return try log.claim(partition, owner: owner, after: epoch)
    }

    func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        try check(.leadership)
        return try log.leadership(of: partition)
    }

    func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        try check(.append)
        return try log.append(records, to: partition, epoch: epoch, expecting: lastIndex)
    }

    func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 { try log.lastIndex(of: partition) }

    func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        try check(.read)
        return try log.read(partition, after: index, limit: limit)
    }

    func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        try log.saveSnapshot(snapshot, of: partition)
    }

    func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        try check(.snapshot)
        return try log.latestSnapshot(of: partition)
    }
}

/// What a keeper reported, in words.
func words(_ events: [LogEvent]) -> [String] {
    events.map { event in
        switch event {
        case .loaded(let partition, let replay, let leadership):
            "loaded \(partition) at \(replay.index), epoch \(leadership.epoch)"
        case .followed(let partition, let records, let index, let leadership):
            "followed \(partition) from \(index) by \(records.count), epoch \(leadership.epoch) of \(leadership.owner)"
        case .caughtUp(let partition): "caught up with \(partition)"
        case .claimed(let partition, let claim): "claimed \(partition), epoch \(claim.epoch) at \(claim.lastIndex)"
        case .claimRefused(let partition, let leadership):
            "refused \(partition), epoch \(leadership.epoch) of \(leadership.owner)"
        case .appended(let partition): "appended to \(partition)"
        case .appendRefused(let partition, let failure):
            switch failure {
            case .fenced(let epoch): "fenced from \(partition) by \(epoch)"
            case .unexpectedIndex(let actual): "\(partition) ends at \(actual)"
            case .outcomeUnknown: "nobody knows about \(partition)"
            case .notWritten(_, let remedy): "not written to \(partition): \(remedy)"
            }
        }
    }
}

extension LogKeeper {
    mutating func told(_ command: LogCommand) throws -> [String] {
        var events: [LogEvent] = []
        try carryOut(command, into: &events)
        return words(events)
    }

    mutating func polled() throws -> [String] {
        var events: [LogEvent] = []
        try poll(into: &events)
        return words(events)
    }
}
