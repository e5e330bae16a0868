// Carries out what a `WorkerCore` asks of the log, and follows the partitions that it holds. It has no thread and no
// clock: a worker's log threads drive it against a real log, the simulator against a simulated one.
//
// The order of events is a promise. What is reported about a partition happened in the log in that order, and a claim is
// reported only after everything that was appended before it.

import Domain
import Log
import WorkerCore

public struct LogKeeper {
    let log: any PartitionLog
    private let owner: String
    private let calendar: ShopCalendar
    /// What an operator should know of and nothing else comes of.
    private let warn: (String) -> Void
    private var held = PartitionMap<HeldPartition>()
    /// Loads that found the log busy.
    private var waitingLoads: [LogCommand] = []
    private var lastTolerated: LogError?
    /// Partitions whose next look is to be reported, because it was asked for.
    private var looksOwed: Set<PartitionID> = []

    /// Records read at once.
    private static let batch = 8_192

    /// What the log is known to hold of a partition.
    private struct HeldPartition {
        /// The last record that was reported, or appended by this worker.
        var index: UInt64
        /// As reported.
        var leadership: Leadership
        var isLed = false
        /// A claim that succeeded and is not reported yet.
        var claim: Claim?
    }

    /// - Parameter owner: who claims; what `leadership` tells the others.
    public init(
        log: any PartitionLog, owner: String, calendar: ShopCalendar, warn: @escaping (String) -> Void = { _ in }
    ) {
        self.log = log
        self.owner = owner
        self.calendar = calendar
        self.warn = warn
    }

    /// - Throws: only what is fatal: the process has to end.
    public mutating func carryOut(_ command: LogCommand, into events: inout [LogEvent]) throws(LogError) {
        switch command {
        case .load, .resume: try load(command, &events)
        case .claim(let partition, let epoch): try claim(partition, after: epoch, &events)
        case .catchUp(let partition):
            looksOwed.insert(partition)
            try glance(at: partition, &events)
        case .release(let partition):
            held[partition] = nil
            looksOwed.remove(partition)
            log.release(partition)
        case .append(let records, let partition, let epoch, let index):
            try append(records, partition, epoch, index, &events)
        }
    }

    /// Looks at every partition held: what others have appended to those that are followed, who leads now.
    /// - Throws: only what is fatal: the process has to end.
    public mutating func poll(into events: inout [LogEvent]) throws(LogError) {
        let loads = waitingLoads
        waitingLoads = []
        for load in loads { try self.load(load, &events) }
        for partition in held.keys { try glance(at: partition, &events) }
    }

    /// What may go away by itself is tried again at the next poll.
    private mutating func tolerate(_ error: LogError) throws(LogError) {
        if error.isFatal { throw error }
        // An outage is met at every look at every partition, and is one piece of news.
        if error != lastTolerated { warn(error.description) }
        lastTolerated = error
    }
}

// MARK: - Following

extension LogKeeper {
    private mutating func glance(at partition: PartitionID, _ events: inout [LogEvent]) throws(LogError) {
        do throws(LogError) {
            try look(at: partition, &events)
        } catch {
            return try tolerate(error)
        }
        if looksOwed.remove(partition) != nil { events.append(.caughtUp(partition)) }
    }

    private mutating func look(at partition: PartitionID, _ events: inout [LogEvent]) throws(LogError) {
        guard held[partition] != nil else { return }
        try reportClaim(of: partition, &events)
        guard var known = held[partition] else { return }
        let leadership = try log.leadership(of: partition)
        if leadership != known.leadership {
            if leadership.epoch > known.leadership.epoch { known.isLed = false }
            known.leadership = leadership
            held[partition] = known
            events.append(.followed(partition, [], after: known.index, leadership))
        }
        if !known.isLed { try readOn(partition, &events) }
    }

    private mutating func readOn(_ partition: PartitionID, _ events: inout [LogEvent]) throws(LogError) {
        while let known = held[partition] {
            let entries = try Self.read(log, partition, after: known.index)
            guard let last = entries.last else { return }
            var records = entries.flatMap { $0.records(after: known.index) }
            if planted(.recordReadTwice) { records[records.count - 1] = records[0] }
            held[partition]?.index = last.lastIndex
            events.append(.followed(partition, records, after: known.index, known.leadership))
        }
    }

    private static func read(
        _ log: any PartitionLog, _ partition: PartitionID, after index: UInt64
    ) throws(LogError) -> [LogEntry] {
        do throws(LogError) {
            return try log.read(partition, after: index, limit: batch)
        } catch {
            guard case .unexpectedIndex(let actual) = error else { throw error }
            throw .corrupt(
                place: "the log of partition \(partition)",
                problem: "ends at index \(actual), but \(index) had been read: acknowledged records are missing")
        }
    }
}

// MARK: - Loading

extension LogKeeper {
    private mutating func load(_ command: LogCommand, _ events: inout [LogEvent]) throws(LogError) {
        do throws(LogError) {
            switch command {
            case .load(let partition):
                try load(partition, Self.replayed(partition, from: log, calendar, warn: warn), &events)
            case .resume(let partition, let replay): try load(partition, replay, &events)
            case .claim, .catchUp, .release, .append: break
            }
        } catch {
            try tolerate(error)
            waitingLoads.append(command)
        }
    }

    private mutating func load(
        _ partition: PartitionID, _ start: Replay, _ events: inout [LogEvent]
    ) throws(LogError) {
        let leadership = try log.leadership(of: partition)
        var replay = start
        try Self.readOn(&replay, partition, log)
        held[partition] = HeldPartition(index: replay.index, leadership: leadership)
        events.append(.loaded(partition, replay, leadership))
    }

    /// A partition's state: the newest snapshot that is of use, and everything after it. Reads only, so that another
    /// thread can do most of the work with a log of its own.
    /// - Parameter fromSnapshot: false begins with the first record, whatever snapshots there are.
    public static func replayed(
        _ partition: PartitionID, from log: any PartitionLog, _ calendar: ShopCalendar, fromSnapshot: Bool = true,
        warn: (String) -> Void
    ) throws(LogError) -> Replay {
        let restored = fromSnapshot ? try restored(partition, log, calendar, warn) : nil
        var replay = restored ?? Replay(of: partition, calendar: calendar)
        try readOn(&replay, partition, log)
        return replay
    }

    private static func restored(
        _ partition: PartitionID, _ log: any PartitionLog, _ calendar: ShopCalendar, _ warn: (String) -> Void
    ) throws(LogError) -> Replay? {
        guard let snapshot = try log.latestSnapshot(of: partition) else { return nil }
        do throws(ByteError) {
            return try Replay(
                of: partition, calendar: calendar, snapshot: snapshot.bytes, stateHash: snapshot.stateHash)
        } catch {
            warn("snapshot of partition \(partition) is of no use (\(error)): replaying all of its log")
            return nil
        }
    }

    private static func readOn(
        _ replay: inout Replay, _ partition: PartitionID, _ log: any PartitionLog
    ) throws(LogError) {
        while true {
            let entries = try read(log, partition, after: replay.index)
            if entries.isEmpty { return }
            for entry in entries { replay.apply(entry.records(after: replay.index)) }
        }
    }
}

// MARK: - Leading

extension LogKeeper {
    private mutating func claim(
        _ partition: PartitionID, after epoch: UInt64, _ events: inout [LogEvent]
    ) throws(LogError) {
        do throws(LogError) {
            held[partition]?.claim = try log.claim(partition, owner: owner, after: epoch)
        } catch {
            if error.isFatal { throw error }
            if case .fenced = error {} else { warn("partition \(partition) was not claimed: \(error)") }
            return try refuseClaim(partition, after: epoch, &events)
        }
        // Finishes the claim.
        try glance(at: partition, &events)
    }

    private mutating func refuseClaim(
        _ partition: PartitionID, after epoch: UInt64, _ events: inout [LogEvent]
    ) throws(LogError) {
        var leadership = held[partition]?.leadership ?? Leadership(epoch: epoch, owner: "")
        do throws(LogError) {
            leadership = try log.leadership(of: partition)
        } catch {
            try tolerate(error)
        }
        held[partition]?.leadership = leadership
        events.append(.claimRefused(partition, leadership))
    }

    /// Everything up to the claim comes first. If it cannot be read now, the next poll tries again.
    private mutating func reportClaim(of partition: PartitionID, _ events: inout [LogEvent]) throws(LogError) {
        guard let claim = held[partition]?.claim else { return }
        if !planted(.claimWithoutCatchUp) { try readOn(partition, &events) }
        held[partition]?.claim = nil
        held[partition]?.isLed = true
        held[partition]?.leadership = Leadership(epoch: claim.epoch, owner: owner)
        events.append(.claimed(partition, claim))
    }

    private mutating func append(
        _ records: [Record], _ partition: PartitionID, _ epoch: UInt64, _ index: UInt64,
        _ events: inout [LogEvent]
    ) throws(LogError) {
        do throws(LogError) {
            let last = try log.append(records, to: partition, epoch: epoch, expecting: index)
            held[partition]?.index = last
            events.append(.appended(partition))
        } catch {
            if error.isFatal { throw error }
            warn("partition \(partition): \(error)")
            events.append(.appendRefused(partition, failure(error)))
            switch error {
            case .fenced, .unexpectedIndex, .unavailable: held[partition]?.isLed = false
            default: break
            }
        }
    }

    private func failure(_ error: LogError) -> AppendFailure {
        switch error {
        case .fenced(let epoch): .fenced(currentEpoch: epoch)
        case .unexpectedIndex(let actual): .unexpectedIndex(actual: actual)
        case .unavailable: .outcomeUnknown(error.description)
        case .busy:
            .notWritten(
                error.description, remedy: "find what else keeps the log's file locked, and send this again")
        case .entryTooLarge:
            .notWritten(error.description, remedy: "send this again in several smaller requests")
        default:
            .notWritten(error.description, remedy: "free space on the log's disk and send this again")
        }
    }
}

extension LogEntry {
    /// The records of this entry that come after `index`, which may lie inside it.
    func records(after index: UInt64) -> ArraySlice<Record> {
        index < firstIndex ? records[...] : records.dropFirst(Int(clamping: index - firstIndex + 1))
    }
}
