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
        case serverEnded(name: String, ProcessEnd)
        case serversReady(Bool)
        case spoke(name: String, process: Int32)
        case watched(ClusterWatch.Note)
        case reload
        case stop
    }

    /// How far the cluster is.
    enum Phase: Equatable, Sendable {
        case startingServers
        case startingRouters
        case running
        case stoppingWorkers
        case stoppingRouters
        case stoppingServers
        case stopped

        var isStarting: Bool { self == .startingServers || self == .startingRouters }
    }

    let settings: SupervisorSettings
    /// What was last in force everywhere. While a reload runs, and after one that was given up, some processes have
    /// read something else: `read` knows.
    var inForce: PinnedConfiguration
    /// What a process that is started now reads.
    var current: ClusterConfiguration
    /// What each process has read, by its name: the configuration it was started with last.
    var read: [String: ClusterConfiguration] = [:]
    let journal: Journal
    var fleet = Fleet(permanentFailureStatus: PermanentFailure.status)
    private(set) var phase = Phase.startingServers
    private var children: [String: any Child] = [:]
    /// nil when the log is not looked after here.
    private let servers: LogServers?
    private var areServersReady = false
    private var listening: Set<String> = []

    private let notes: Mailbox<Note>
    private let wake: WakeUp
    let watch: ClusterWatch
    private var control: ControlSocket
    var procedures: [RunningProcedure] = []
    var proceduresBegun = 0
    var sightings: [String: Sighting] = [:]
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
        inForce = try settings.pin(configuration)
        current = configuration
        control = try ControlSocket()
        servers = settings.log == .jetstream ? try LogServers(configuration) : nil
        watch = ClusterWatch { notes.post(.watched($0)) }
    }

    // MARK: - The loop

    /// Runs the cluster until a stop is asked for, then ends it.
    func run() throws {
        openControl()
        startServers()
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
        case .serversReady(let areReady):
            areServersReady = areReady
            if !areReady, phase == .startingServers { failToStart("the servers of the log do not answer") }
        case .serverEnded(let name, let end):
            guard let process = fleet[name]?.process else { return }
            if phase == .startingServers {
                failToStart("\(name) did not start; \(servers?.journal(of: name) ?? "its journal") says why")
            }
            ended(name, process, end, into: &actions)
        case .ended(let name, let process, let end):
            guard fleet[name]?.process == process else { return }
            if phase.isStarting { failToStart("\(name) did not start; its reason stands above") }
            ended(name, process, end, into: &actions)
        case .watched(.sighted(let sighting)): sightings[sighting.router] = sighting
        case .watched(.drainAnswered(let refusal)):
            if let index = procedureUnderWay { procedures[index].procedure.drainAnswered(refusal: refusal) }
        }
        carryOut(actions)
    }

    private func ended(_ name: String, _ process: Int32, _ end: ProcessEnd, into actions: inout [FleetAction]) {
        listening.remove(name)
        children[name] = nil
        fleet.ended(name, process: process, end, now: Clock.monotonic(), into: &actions)
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
        let now = Clock.monotonic()
        do {
            let child = try start(member)
            children[name] = child
            read[name] = current
            fleet.started(name, process: child.identifier, now: now)
            journal.info("started \(name), process \(child.identifier)")
        } catch {
            var actions: [FleetAction] = []
            fleet.startFailed(name, because: error.localizedDescription, now: now, into: &actions)
            carryOut(actions)
            if phase.isStarting { failToStart("\(name) could not be started: \(error.localizedDescription)") }
        }
    }

    private func start(_ member: FleetMember) throws -> any Child {
        let notes = notes
        let name = member.name
        if let servers, member.kind == .server {
            return try servers.start(name) { notes.post(.serverEnded(name: name, $0)) }
        }
        // Routers say when they listen.
        let spoke: @Sendable (Int32) -> Void = { notes.post(.spoke(name: name, process: $0)) }
        return try ChildProcess(
            executable: settings.executable(of: member.kind), arguments: settings.arguments(name, current),
            spoke: member.kind == .router ? spoke : nil,
            ended: { notes.post(.ended(name: name, process: $0, $1)) })
    }

    // MARK: - Phases

    private func step() {
        switch phase {
        case .startingServers:
            guard servers == nil || areServersReady else { return }
            phase = .startingRouters
            addAll(current.routers.map(\.name), .router)
        case .startingRouters:
            guard fleet.names(of: .router).allSatisfy(listening.contains) else { return }
            phase = .running
            addAll(current.workers.names, .worker)
        case .running, .stopped: break
        case .stoppingWorkers:
            // Routers last, so that what workers have to say still finds one.
            guard fleet.hasEnded(.worker) else { return }
            phase = .stoppingRouters
            stopAll(.router)
        case .stoppingRouters:
            guard fleet.hasEnded(.router) else { return }
            phase = .stoppingServers
            stopAll(.server)
        case .stoppingServers:
            if fleet.hasEnded(.server) { phase = .stopped }
        }
    }

    private func startServers() {
        guard let servers else { return }
        addAll(servers.names, .server)
        let notes = notes
        servers.whenReady { notes.post(.serversReady($0)) }
    }

    private func addAll(_ names: [String], _ kind: ProcessKind) {
        for name in names { fleet.add(name, kind, now: Clock.monotonic()) }
        act()
    }

    private func failToStart(_ why: String) {
        changed(SupervisorState(phase: phase, failure: why))
        beginToStop()
    }

    private func beginToStop() {
        guard phase.isStarting || phase == .running else { return }
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
}
