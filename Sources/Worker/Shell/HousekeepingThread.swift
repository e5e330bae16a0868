// The thread for what may take long: reading a partition back, encoding and hashing states, keeping snapshots. It has
// its own view of the log, so that no acknowledgement ever waits behind any of it.

import Domain
import Foundation
import Log
import Operations
import WorkerCore
import WorkerLog

final class HousekeepingThread: Sendable {
    enum Command: Sendable {
        /// Read a partition back, for its log thread to go on from there.
        case load(PartitionID)
        case keepSnapshot(FrozenState)
        case hash(FrozenState)
        case inspect(Ticket, FrozenState)
        case stop
    }

    private let commands: Mailbox<Command>

    init(
        _ factory: LogFactory, calendar: ShopCalendar, threads: LogThreads, journal: Journal,
        events: Mailbox<BackgroundEvent>
    ) {
        let arrived = DispatchSemaphore(value: 0)
        let commands = Mailbox<Command> { arrived.signal() }
        self.commands = commands
        Thread.detachNewThread {
            do throws(LogError) {
                let log = try factory.open()
                log.damageFound = { journal.warning("\($0)") }
                let work = Housekeeping(
                    log: log, calendar: calendar, threads: threads, journal: journal, events: events)
                while true {
                    arrived.wait()
                    for command in commands.takeAll() {
                        guard try work.carryOut(command) else { return events.post(.stopped) }
                    }
                }
            } catch {
                events.post(BackgroundEvent(error))
            }
        }
    }

    func post(_ command: Command) { commands.post(command) }
}

/// The thread's own state.
private struct Housekeeping {
    let log: any PartitionLog
    let calendar: ShopCalendar
    let threads: LogThreads
    let journal: Journal
    let events: Mailbox<BackgroundEvent>

    /// - Returns: false when this was the last command.
    func carryOut(_ command: HousekeepingThread.Command) throws(LogError) -> Bool {
        switch command {
        case .load(let partition): try load(partition)
        case .keepSnapshot(let state): keep(state)
        case .hash(let state): events.post(.stateHashed(state.partition, state.checkpoint()))
        case .inspect(let ticket, let state): events.post(.inspected(ticket, state.status()))
        case .stop: return false
        }
        return true
    }

    private func load(_ partition: PartitionID) throws(LogError) {
        // From here on its log thread follows it.
        defer { log.release(partition) }
        do throws(LogError) {
            let replay = try LogKeeper.replayed(partition, from: log, calendar) { journal.warning($0) }
            threads.post(.resume(partition, replay))
        } catch {
            if error.isFatal { throw error }
            journal.warning("\(error)")
            // Its log thread tries until it succeeds.
            threads.post(.load(partition))
        }
    }

    /// A snapshot that cannot be kept costs a longer replay and nothing else.
    private func keep(_ state: FrozenState) {
        let snapshot = state.snapshot()
        do throws(LogError) {
            try log.saveSnapshot(
                Snapshot(
                    index: snapshot.index, epoch: snapshot.epoch, stateHash: snapshot.stateHash,
                    bytes: snapshot.bytes), of: state.partition)
        } catch {
            journal.warning("no snapshot of partition \(state.partition): \(error)")
        }
    }
}
