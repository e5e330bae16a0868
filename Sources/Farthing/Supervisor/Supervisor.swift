// Looks after the processes of a cluster: starts them, starts again what dies, answers commands, runs one procedure
// at a time. One thread owns all of it; everything else reaches it through a mailbox. What to do is decided by
// values (`Fleet`, `Procedure`); this only does it.

import Configuration
import Domain
import Foundation
import Operations
import Supervision
import ZeroMQ

/// Owned by the thread that calls `run`.
final class Supervisor {
    enum Note: Sendable {
        case ended(name: String, process: Int32, ProcessEnd)
        case spoke(name: String, process: Int32)
        case watched(ClusterWatch.Note)
        case reload
        case stop
    }

    /// How far the cluster is.
    enum Phase: Equatable, Sendable {
        case startingRouters
        case running
        case stoppingWorkers
        case stoppingRouters
        case stopped
    }

    let settings: SupervisorSettings
    /// What the processes have read.
    var applied: ClusterConfiguration
    /// What a process that is started now reads.
    var current: ClusterConfiguration
    let journal: Journal
    var fleet = Fleet(permanentFailureStatus: PermanentFailure.status)
    var phase = Phase.startingRouters
    private var children: [String: ChildProcess] = [:]
    /// Where each router listened when it was started.
    private var addresses: [String: RouterSettings] = [:]
    private var listening: Set<String> = []

    private let notes: Mailbox<Note>
    private let wake: WakeUp
    private let watch: ClusterWatch
    private var control: ControlSocket
    var procedures: [RunningProcedure] = []
    var proceduresBegun = 0
    private var sightings: [String: Sighting] = [:]
    private let changed: @Sendable (SupervisorState) -> Void

    /// - Parameter changed: told about every change that others wait for.
    init(
        _ settings: SupervisorSettings, _ configuration: ClusterConfiguration, notes: Mailbox<Note>, wake: WakeUp,
        journal: Journal, changed: @escaping @Sendable (SupervisorState) -> Void
    ) throws {
        self.settings = settings
        self.notes = notes
        self.wake = wake
        self.journal = journal
        self.changed = changed
        applied = configuration
        current = configuration
        control = try ControlSocket()
        watch = ClusterWatch { notes.post(.watched($0)) }
    }

    // MARK: - The loop

    /// Runs the cluster until a stop is asked for, then ends it.
    func run() throws {
        try settings.pin(current)
        openControl()
        for router in current.routers { fleet.add(router.name, .router, now: Clock.monotonic()) }
        while phase != .stopped {
            wake.clear()
            for note in notes.takeAll() { handle(note) }
            try control.answer { answer($0) }
            advance()
            act()
            step()
            tell()
            guard phase != .stopped else { break }
            _ = try Poller.wait(
                for: control.socket, descriptor: wake.descriptor, timeoutMilliseconds: patienceMilliseconds())
        }
        watch.end()
        journal.info("stopped")
    }

    private func openControl() {
        let address = ControlAddress(logDirectory: current.log.directory)
        let remedy = "; the cluster runs, but `farthing workers`, `restart` and `reload` cannot reach it"
        if let problem = address.problem { return journal.warning(problem + remedy) }
        do throws(ZeroMQError) {
            try control.listen(at: address)
        } catch {
            journal.warning(error.description + remedy)
        }
    }

    private func patienceMilliseconds() -> Int {
        let now = Clock.monotonic()
        let deadline = fleet.nextDeadline.map { Int(clamping: $0.microseconds(since: now) / 1_000 + 1) } ?? 1_000
        return min(deadline, procedureUnderWay == nil ? 1_000 : 100)
    }

    private func handle(_ note: Note) {
        var actions: [FleetAction] = []
        switch note {
        case .stop: beginToStop()
        case .reload: reloadRequested()
        case .spoke(let name, let process):
            if fleet[name]?.process == process { listening.insert(name) }
        case .ended(let name, let process, let end):
            guard fleet[name]?.process == process else { return }
            listening.remove(name)
            children[name] = nil
            if phase == .startingRouters {
                failToStart("\(name) did not start; its reason stands above")
            }
            fleet.ended(name, process: process, end, now: Clock.monotonic(), into: &actions)
        case .watched(.sighted(let sighting)): sightings[sighting.router] = sighting
        case .watched(.drainAnswered(let refusal)):
            if let index = procedureUnderWay { procedures[index].procedure.drainAnswered(refusal: refusal) }
        }
        carryOut(actions)
    }

    // MARK: - Processes

    /// Makes what runs equal to what shall run.
    private func act() {
        var actions: [FleetAction] = []
        fleet.reconcile(now: Clock.monotonic(), into: &actions)
        carryOut(actions)
    }

    private func carryOut(_ actions: [FleetAction]) {
        for action in actions {
            switch action {
            case .spawn(let name): spawn(name)
            case .terminate(let name, _): children[name]?.terminate()
            case .kill(let name, _): children[name]?.kill()
            case .inform(let text): journal.info(text)
            case .warn(let text): journal.warning(text)
            }
        }
    }

    private func spawn(_ name: String) {
        guard let member = fleet[name] else { return }
        let notes = notes
        let now = Clock.monotonic()
        // Routers say when they listen.
        let spoke: @Sendable (Int32) -> Void = { notes.post(.spoke(name: name, process: $0)) }
        do {
            let child = try ChildProcess(
                executable: settings.executable(of: member.kind),
                arguments: settings.arguments(name, current),
                spoke: member.kind == .router ? spoke : nil,
                ended: { notes.post(.ended(name: name, process: $0, $1)) })
            children[name] = child
            if member.kind == .router { addresses[name] = current.routers.first { $0.name == name } }
            fleet.started(name, process: child.identifier, now: now)
            journal.info("started \(name), process \(child.identifier)")
        } catch {
            var actions: [FleetAction] = []
            fleet.startFailed(name, because: error.localizedDescription, now: now, into: &actions)
            carryOut(actions)
            if phase == .startingRouters { failToStart("\(name) could not be started: \(error.localizedDescription)") }
        }
    }

    // MARK: - Phases

    private func step() {
        switch phase {
        case .startingRouters:
            guard fleet.names(of: .router).allSatisfy(listening.contains) else { return }
            phase = .running
            for name in current.workers.names { fleet.add(name, .worker, now: Clock.monotonic()) }
            act()
        case .running, .stopped: break
        case .stoppingWorkers:
            // Routers last, so that what workers have to say still finds one.
            guard fleet.hasEnded(.worker) else { return }
            phase = .stoppingRouters
            stopAll(.router)
        case .stoppingRouters:
            if fleet.hasEnded(.router) { phase = .stopped }
        }
    }

    private func failToStart(_ why: String) {
        changed(SupervisorState(phase: phase, failure: why))
        beginToStop()
    }

    private func beginToStop() {
        guard phase == .startingRouters || phase == .running else { return }
        if let index = procedureUnderWay { procedures[index].end(.failed(why: "the cluster stops")) }
        phase = .stoppingWorkers
        stopAll(.worker)
    }

    private func stopAll(_ kind: ProcessKind) {
        for name in fleet.names(of: kind) { fleet.stop(name, now: Clock.monotonic()) }
        act()
    }

    private func tell() {
        changed(
            SupervisorState(
                phase: phase, failure: nil, permanentFailure: fleet.members.first(where: \.failedForGood)?.name))
    }

    // MARK: - Procedures

    /// The place of the procedure that runs.
    var procedureUnderWay: Int? { procedures.indices.last.flatMap { procedures[$0].outcome == nil ? $0 : nil } }

    /// Begins a procedure.
    /// - Returns: its number.
    func begin(_ procedure: Procedure, applying configuration: ClusterConfiguration? = nil) -> Int {
        proceduresBegun += 1
        journal.info("\(procedure.title): begun")
        if let configuration { current = configuration }
        procedures.append(RunningProcedure(number: proceduresBegun, procedure, applying: configuration))
        // Whoever asked for one reads its end within moments.
        if procedures.count > 16 { procedures.removeFirst() }
        sightings = [:]
        return proceduresBegun
    }

    private func advance() {
        guard let index = procedureUnderWay else { return watch.watch([]) }
        var actions: [ProcedureAction] = []
        procedures[index].procedure.advance(
            fleet, sightings.values.sorted { $0.router < $1.router }, now: Clock.monotonic(), into: &actions)
        for action in actions { carryOut(action, of: index) }
        watch.watch(runningRouters)
    }

    private var runningRouters: [RouterSettings] {
        fleet.members.filter { $0.kind == .router && $0.runningSince != nil }.compactMap { addresses[$0.name] }
    }

    func cancelProcedure(_ index: Int) {
        var actions: [ProcedureAction] = []
        procedures[index].procedure.cancelled(into: &actions)
        for action in actions { carryOut(action, of: index) }
    }

    private func carryOut(_ action: ProcedureAction, of index: Int) {
        let now = Clock.monotonic()
        switch action {
        case .drain(let worker, let drain): watch.ask(worker, toDrain: drain, through: runningRouters)
        case .stop(let names): for name in names { fleet.stop(name, now: now) }
        case .forget(let names): for name in names { fleet.forget(name) }
        case .start(let names, let kind): for name in names { fleet.add(name, kind, now: now) }
        case .say(let line):
            procedures[index].say(line)
            journal.info(line)
        case .finished:
            procedures[index].end(.finished)
            if let configuration = procedures[index].configuration { applied = configuration }
            journal.info("\(procedures[index].procedure.title): done")
        case .failed(let why):
            procedures[index].end(.failed(why: why))
            journal.error(why)
        }
    }
}
