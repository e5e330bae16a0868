// The worker's other thread: everything that may wait for a disk. Pricing never does. The serving thread posts
// commands, this thread carries them out in order and posts back what came of them; the group commits that
// `WorkerCore` forms while one is under way are what makes a slow disk bearable.

import Domain
import Foundation
import Log
import Models
import Operations
import WorkerCore

enum DiskCommand: Sendable {
    /// Claim a partition and read its state back.
    case lead(PartitionID)
    /// Read the broadcast partition of another leader, now and whenever it grows.
    case followBroadcast
    /// Read what another leader has appended to the broadcast partition by now.
    case catchUpBroadcast
    case append([Record], to: PartitionID, epoch: UInt64, expecting: UInt64)
    case keepSnapshot(StateSnapshot, of: PartitionID)
    /// Check a bundle and keep a copy where every worker finds it.
    case stageBundle(path: String, Ticket?)
    case loadBundle(ModelActivation)
    case stop
}

enum DiskEvent: Sendable {
    case led(PartitionID, epoch: UInt64, Replay)
    case followedBroadcast(Replay)
    case broadcastRead([Record])
    /// Everything appended before `catchUpBroadcast` has been handed over.
    case broadcastCaughtUp
    case appended(PartitionID)
    case appendRefused(PartitionID, AppendFailure)
    case bundleStaged(Result<ModelActivation, Refusal>, Ticket?)
    case bundleLoaded(Result<ModelBundle, Refusal>, ModelActivation)
    /// The log cannot be trusted or reached any more: the process has to end.
    /// `isPermanent` when starting again will not help.
    case failed(String, isPermanent: Bool)
    case stopped
}

/// Owns the log. Everything but `post` happens on its own thread.
final class DiskThread: Sendable {
    private let commands: Mailbox<DiskCommand>
    private let arrived: DispatchSemaphore

    /// Milliseconds between two looks at another worker's broadcast log.
    private static let followMilliseconds = 20

    init(
        directory: String, cluster: String, partitions: Int, owner: String, calendar: ShopCalendar, journal: Journal,
        events: Mailbox<DiskEvent>
    ) {
        let arrived = DispatchSemaphore(value: 0)
        self.arrived = arrived
        let commands = Mailbox<DiskCommand> { arrived.signal() }
        self.commands = commands
        Thread.detachNewThread {
            do throws(LogError) {
                let log = try SQLiteLog(directory: directory, cluster: cluster, partitionCount: partitions)
                log.damageFound = { journal.warning("\($0)") }
                var disk = Disk(
                    log: log, owner: owner, calendar: calendar, models: ModelStore(directory: directory),
                    events: events, journal: journal)
                try disk.work(on: commands, wait: { _ = arrived.wait(timeout: .now() + .milliseconds($0)) })
                events.post(.stopped)
            } catch {
                events.post(.failed(error.description, isPermanent: error.isPermanent))
            }
        }
    }

    func post(_ command: DiskCommand) { commands.post(command) }

    /// The thread's own state.
    private struct Disk {
        let log: SQLiteLog
        let owner: String
        let calendar: ShopCalendar
        let models: ModelStore
        let events: Mailbox<DiskEvent>
        let journal: Journal
        /// How far another worker's broadcast log has been read; nil when this worker leads it.
        var followed: UInt64?

        mutating func work(on commands: Mailbox<DiskCommand>, wait: (Int) -> Void) throws(LogError) {
            while true {
                let batch = commands.takeAll()
                if batch.isEmpty { wait(followed == nil ? 1_000 : followMilliseconds) }
                for command in batch {
                    if case .stop = command { return }
                    try carryOut(command)
                }
                try readBroadcast()
            }
        }

        private mutating func carryOut(_ command: DiskCommand) throws(LogError) {
            switch command {
            case .lead(let partition): try lead(partition)
            case .followBroadcast:
                let replay = try replay(.broadcast)
                followed = replay.index
                events.post(.followedBroadcast(replay))
            case .catchUpBroadcast:
                try readBroadcast()
                events.post(.broadcastCaughtUp)
            case .append(let records, let partition, let epoch, let expected):
                try append(records, partition, epoch, expected)
            case .keepSnapshot(let snapshot, let partition): keep(snapshot, partition)
            case .stageBundle(let path, let ticket): events.post(.bundleStaged(models.stage(path), ticket))
            case .loadBundle(let activation): events.post(.bundleLoaded(models.load(activation), activation))
            case .stop: break
            }
        }

        private func lead(_ partition: PartitionID) throws(LogError) {
            // Claimed first: after that nobody else can write what this replay would miss.
            let claim = try log.claim(partition, owner: owner)
            events.post(.led(partition, epoch: claim.epoch, try replay(partition)))
        }

        private func replay(_ partition: PartitionID) throws(LogError) -> Replay {
            var replay = try restored(partition) ?? Replay(of: partition, calendar: calendar)
            while true {
                let entries = try log.read(partition, after: replay.index, limit: 8_192)
                if entries.isEmpty { return replay }
                for entry in entries { replay.apply(entry.records(after: replay.index)) }
            }
        }

        private func restored(_ partition: PartitionID) throws(LogError) -> Replay? {
            guard let snapshot = try log.latestSnapshot(of: partition) else { return nil }
            do throws(ByteError) {
                return try Replay(
                    of: partition, calendar: calendar, snapshot: snapshot.bytes, stateHash: snapshot.stateHash)
            } catch {
                journal.warning("snapshot of partition \(partition) is of no use (\(error)): replaying all of its log")
                return nil
            }
        }

        private func append(
            _ records: [Record], _ partition: PartitionID, _ epoch: UInt64, _ expected: UInt64
        ) throws(LogError) {
            do throws(LogError) {
                try log.append(records, to: partition, epoch: epoch, expecting: expected)
                events.post(.appended(partition))
            } catch {
                guard !error.isFatal else { throw error }
                journal.error("partition \(partition): \(error)")
                switch error {
                case .fenced, .unexpectedIndex: events.post(.appendRefused(partition, .fenced))
                default: events.post(.appendRefused(partition, .notWritten(error.description)))
                }
            }
        }

        /// A snapshot that cannot be kept costs a longer replay and nothing else.
        private func keep(_ snapshot: StateSnapshot, _ partition: PartitionID) {
            do throws(LogError) {
                try log.saveSnapshot(
                    Snapshot(
                        index: snapshot.index, epoch: snapshot.epoch, stateHash: snapshot.stateHash,
                        bytes: snapshot.bytes), of: partition)
            } catch {
                journal.warning("no snapshot of partition \(partition): \(error)")
            }
        }

        private mutating func readBroadcast() throws(LogError) {
            guard var index = followed else { return }
            while true {
                let entries = try log.read(.broadcast, after: index, limit: 8_192)
                guard let last = entries.last else { break }
                for entry in entries {
                    let records = entry.records(after: index)
                    index = entry.lastIndex
                    events.post(.broadcastRead(records))
                }
                index = last.lastIndex
            }
            followed = index
        }
    }
}

extension LogError {
    /// Whether only another configuration, or another build, can help.
    fileprivate var isPermanent: Bool {
        switch self {
        case .wrongCluster, .unsupportedFile, .unknownPartition: true
        default: false
        }
    }
}

extension LogEntry {
    /// The records of this entry that come after `index`, which may lie inside it.
    func records(after index: UInt64) -> [Record] {
        guard index >= firstIndex else { return records }
        return Array(records.dropFirst(Int(index - firstIndex + 1)))
    }
}
