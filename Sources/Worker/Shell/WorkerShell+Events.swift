// What the other threads of the worker have to say.

import Domain
import Operations
import WorkerCore
import WorkerLog
import ZeroMQ

extension WorkerShell {
    mutating func handleEvents() throws {
        wake.clear()
        for event in events.takeAll() {
            switch event {
            case .log(let event): try logSpoke(event)
            case .stateHashed(let partition, let checkpoint): core.stateHashed(partition, checkpoint)
            case .inspected(let ticket, let status): try send(status, to: ticket)
            case .bundleStaged(let result, let ticket): bundleStaged(result, ticket)
            case .bundleLoaded(let result, let activation): bundleLoaded(result, activation)
            case .failed(let why, let isPermanent): throw logFailure(why, isPermanent)
            case .stopped: break
            }
        }
    }

    private mutating func logSpoke(_ event: LogEvent) throws(ZeroMQError) {
        core.logSpoke(event, now: Clock.monotonic(), into: &actions)
        switch event {
        case .loaded(let partition, _, _):
            if partition == .broadcast { broadcastWasRead() }
            try answerDeferred(appliedTo: partition)
        case .followed(let partition, _, _, _), .claimed(let partition, _):
            if partition == .broadcast { broadcastMovedOn() }
            try answerDeferred(appliedTo: partition)
        case .appended(let partition):
            problem.clear(.log)
            if partition == .broadcast { broadcastMovedOn() }
            try answerDeferred(appliedTo: partition)
        case .caughtUp(let partition): try answerDeferred(caughtUpWith: partition)
        case .appendRefused(let partition, let failure): note(failure, partition)
        case .claimRefused: break
        }
    }

    private mutating func note(_ failure: AppendFailure, _ partition: PartitionID) {
        switch failure {
        case .notWritten(let why, _), .outcomeUnknown(let why):
            problem.note("partition \(partition): \(why)", .log, in: journal)
        case .unexpectedIndex(let actual):
            problem.note(
                "partition \(partition): the log ends at index \(actual), where nobody but this worker may have "
                    + "appended; it has stepped down. Find out who else writes to this log", .log, in: journal)
        case .fenced: journal.info("partition \(partition) has another leader now; this worker follows")
        }
    }
}
