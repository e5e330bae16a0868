// A worker's disk thread and the disk under it. One command at a time: it takes effect somewhere in the middle of its
// time and is answered at the end, so a process that dies in between leaves something durable behind that nobody was
// told of; one that dies before may leave a torn entry, or nothing.

import Domain
import Log
import WorkerCore
import WorkerLog

final class SimulatedDiskThread {
    enum Command {
        case log(LogCommand)
        case poll
        case keepSnapshot(FrozenState)
        case hash(FrozenState)
        case loadModel(ModelActivation)
    }

    enum Answer {
        case log([LogEvent])
        case hashed(PartitionID, StateCheckpoint)
        case modelLoaded(ModelActivation)
        case nothing
    }

    private let worker: Int
    private let incarnation: UInt64
    private unowned let cluster: SimulatedCluster
    private let log: SeveredLog
    private var keeper: LogKeeper
    private var waiting: [Command] = []
    /// What it is at, and has not done yet.
    private var current: Command?
    /// What it has done, and not told yet.
    private var answer: Answer?

    private var isIdle: Bool { current == nil && answer == nil }

    init(worker: SimulatedWorker, owner: String, _ cluster: SimulatedCluster) {
        self.worker = worker.id.number
        self.incarnation = worker.incarnation
        self.cluster = cluster
        log = SeveredLog(MemoryLog(storage: cluster.storage)) { [unowned worker] in worker.logReach }
        keeper = LogKeeper(log: log, owner: owner, calendar: .utc)
    }

    func post(_ command: Command) {
        waiting.append(command)
        beginNext()
    }

    func pollLater() {
        let interval = cluster.workers[worker].settings.pollMicroseconds
        cluster.schedule(.poll(worker: worker, incarnation: incarnation), at: cluster.now + interval)
    }

    /// It is time to look at the log. Most looks find nothing, and those cost no time here.
    func pollDue() {
        pollLater()
        if isIdle {
            current = .poll
            act()
        }
    }

    private func beginNext() {
        guard isIdle, !waiting.isEmpty else { return }
        let command = waiting.removeFirst()
        current = command
        let time = cluster.diskTime(isWrite: command.isWrite)
        cluster.schedule(.diskActs(worker: worker, incarnation: incarnation), at: cluster.now + time / 2)
        if case .log(.append) = command { cluster.appendBegan(worker) }
    }

    /// What it is at takes effect.
    func act() {
        guard let command = current else { return }
        current = nil
        do throws(LogError) {
            let result = try perform(command)
            answer = result
        } catch {
            return cluster.workerStopped(worker, because: error.description, isCorruption: error.isCorruption)
        }
        if case .poll = command, case .log(let events) = answer, events.isEmpty {
            answer = nil
            return beginNext()
        }
        let time = cluster.diskTime(isWrite: command.isWrite)
        cluster.schedule(.diskAnswers(worker: worker, incarnation: incarnation), at: cluster.now + time / 2)
    }

    private func perform(_ command: Command) throws(LogError) -> Answer {
        switch command {
        case .log(let command):
            var events: [LogEvent] = []
            try keeper.carryOut(command, into: &events)
            return .log(events)
        case .poll:
            var events: [LogEvent] = []
            try keeper.poll(into: &events)
            return .log(events)
        case .keepSnapshot(let state):
            keep(state)
            return .nothing
        case .hash(let state): return .hashed(state.partition, state.checkpoint())
        case .loadModel(let activation): return .modelLoaded(activation)
        }
    }

    /// A snapshot that cannot be kept costs a longer replay and nothing else.
    private func keep(_ state: FrozenState) {
        let taken = state.snapshot()
        do throws(LogError) {
            try log.saveSnapshot(
                Snapshot(index: taken.index, epoch: taken.epoch, stateHash: taken.stateHash, bytes: taken.bytes),
                of: state.partition)
        } catch {
            cluster.note(.worker(worker), state.partition, "no snapshot: \(error)")
        }
    }

    /// The worker hears of what was done.
    /// - Returns: nil when there is nothing to tell.
    func tell() -> Answer? {
        defer {
            answer = nil
            beginNext()
        }
        return answer
    }

    /// The process dies, perhaps in the middle of a write.
    func powerLost() {
        guard case .log(.append(let records, let partition, let epoch, let index)) = current,
            let share = cluster.tornShare()
        else { return }
        cluster.storage.tear(records, in: partition, epoch: epoch, expecting: index, share: share)
    }
}

extension SimulatedDiskThread.Command {
    fileprivate var isWrite: Bool {
        switch self {
        case .log(.append), .log(.claim), .keepSnapshot: true
        default: false
        }
    }
}

extension LogError {
    fileprivate var isCorruption: Bool {
        if case .corrupt = self { true } else { false }
    }
}
