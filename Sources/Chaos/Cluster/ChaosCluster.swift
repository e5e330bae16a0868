// The processes of a run: started, started again when they end, as a supervisor would, and ended. Owned by the
// thread that runs the plan; children report their end through a mailbox.

import Domain
import Foundation
import Glibc
import Operations

final class ChaosCluster {
    enum Kind: Sendable { case router, worker }

    struct Node {
        let name: String
        let kind: Kind
        /// From 0 among its kind.
        let number: Int
        let command: [String]
        var child: ChaosProcess?
        /// When it shall be started again.
        var restartAt: MonotonicInstant?
        /// Held by SIGSTOP.
        var isStopped = false
        /// Whether it is started again when it ends.
        var isWanted = true
        /// How often it ended without having been made to.
        var surprises = 0
        /// Its next end is our doing.
        var endIsExpected = false

        var isRunning: Bool { child?.isRunning == true }
    }

    let layout: ClusterLayout
    let folder: RunFolder
    let network: NamespaceNetwork?
    /// Of a jetstream log.
    let servers: ChaosLogServers?
    private let programs: String
    private(set) var nodes: [Node] = []
    private let ends: Mailbox<(name: String, generation: Int, status: Int32)>
    private let noted = DispatchSemaphore(value: 0)
    private var generation: [String: Int] = [:]
    private let report: (String) -> Void

    /// How long a process may take to end when asked to.
    private static let patienceMilliseconds = 10_000

    /// - Parameters:
    ///   - programs: the folder of `farthing-router` and `farthing-worker`.
    ///   - report: told what happens, for the operator.
    init(
        _ layout: ClusterLayout, in folder: RunFolder, network: NamespaceNetwork?, servers: ChaosLogServers?,
        programs: String,
        report: @escaping (String) -> Void
    ) throws {
        self.layout = layout
        self.folder = folder
        self.network = network
        self.servers = servers
        self.programs = programs
        self.report = report
        ends = Mailbox { [noted] in noted.signal() }
        for number in 0..<layout.shape.routers { try addNode(.router, number) }
        for number in 0..<layout.shape.workers { try addNode(.worker, number) }
    }

    // MARK: - Starting and ending

    /// Starts whatever is not running.
    func start() throws {
        for index in nodes.indices where nodes[index].isWanted && !nodes[index].isRunning { try start(index) }
    }

    /// Starts one worker more.
    /// - Returns: its name; nil when there are as many as there may be.
    func addWorker() throws -> String? {
        let limit = layout.shape.workers + ClusterLayout.spareWorkers
        if let index = nodes.firstIndex(where: { $0.kind == .worker && !$0.isWanted }) {
            nodes[index].isWanted = true
            try start(index)
            return nodes[index].name
        }
        let number = nodes.count { $0.kind == .worker }
        guard number < limit else { return nil }
        try addNode(.worker, number)
        try start(nodes.count - 1)
        return nodes.last?.name
    }

    /// Ends a worker for good.
    func retire(_ name: String) {
        guard let index = index(of: name) else { return }
        nodes[index].isWanted = false
        nodes[index].endIsExpected = true
        nodes[index].child?.send(SIGTERM)
    }

    /// Ends every process: workers first, so that what they have to say still finds a router.
    func stop() {
        for index in nodes.indices {
            nodes[index].isWanted = false
            if nodes[index].isStopped { nodes[index].child?.send(SIGCONT) }
        }
        for kind in [Kind.worker, .router] {
            let children = nodes.filter { $0.kind == kind }.compactMap(\.child)
            for child in children { child.send(SIGTERM) }
            for child in children { child.end(with: SIGTERM, patienceMilliseconds: Self.patienceMilliseconds) }
        }
    }

    // MARK: - Signals

    /// Sends a signal to a running process.
    /// - Returns: when; nil when it is not running.
    func signal(_ name: String, _ signal: Int32) -> MonotonicInstant? {
        if let servers, servers.names.contains(name) { return servers.signal(name, signal) }
        guard let index = index(of: name), let child = nodes[index].child, child.isRunning else { return nil }
        switch signal {
        case SIGSTOP: nodes[index].isStopped = true
        case SIGCONT: nodes[index].isStopped = false
        default: nodes[index].endIsExpected = true
        }
        let now = Clock.monotonic()
        child.send(signal)
        return now
    }

    func node(_ name: String) -> Node? { index(of: name).map { nodes[$0] } }

    /// Names of running processes of a kind, in order.
    func running(_ kind: Kind) -> [String] {
        nodes.filter { $0.kind == kind && $0.isRunning && !$0.isStopped && $0.isWanted }.map(\.name)
    }

    /// The next end of this process is a consequence of what was done to it.
    func expectEnd(of name: String) { if let index = index(of: name) { nodes[index].endIsExpected = true } }

    // MARK: - Supervising

    /// Starts again what has ended and has paused long enough; waits at most so long for something to happen.
    func tend(waitMilliseconds: Int) throws {
        _ = noted.wait(timeout: .now() + .milliseconds(waitMilliseconds))
        for end in ends.takeAll() where end.generation == generation[end.name] { ended(end.name, end.status) }
        try servers?.tend()
        let now = Clock.monotonic()
        for index in nodes.indices {
            guard let at = nodes[index].restartAt, at <= now, nodes[index].isWanted else { continue }
            try start(index)
        }
    }

    /// When the next process is to be started again.
    var nextRestart: MonotonicInstant? {
        (nodes.filter(\.isWanted).map(\.restartAt) + [servers?.nextRestart]).compactMap(\.self).min()
    }

    private func ended(_ name: String, _ status: Int32) {
        guard let index = index(of: name) else { return }
        nodes[index].isStopped = false
        if !nodes[index].endIsExpected {
            nodes[index].surprises += 1
            report("\(name) ended by itself with status \(status); see \(folder.file("journal-" + name))")
        }
        nodes[index].endIsExpected = false
        let pause = layout.shape.restartAfter.microseconds
        nodes[index].restartAt = nodes[index].isWanted ? Clock.monotonic().adding(microseconds: pause) : nil
    }

    private func start(_ index: Int) throws {
        let node = nodes[index]
        let number = (generation[node.name] ?? 0) + 1
        generation[node.name] = number
        nodes[index].restartAt = nil
        nodes[index].endIsExpected = false
        let ends = ends
        let name = node.name
        let child = try ChaosProcess(name, node.command, journal: folder.file("journal-" + name)) {
            ends.post((name, number, $0))
        }
        nodes[index].child = child
        if let mark = child.mark { try folder.note(mark) }
    }

    private func addNode(_ kind: Kind, _ number: Int) throws {
        let name = (kind == .router ? "r" : "w") + "\(number + 1)"
        let yaml = kind == .router ? layout.routerYAML : layout.workerYAML(number)
        try folder.write(yaml, to: name + ".yaml")
        let program = programs + (kind == .router ? "/farthing-router" : "/farthing-worker")
        var command = [program, "--config", folder.file(name + ".yaml"), "--name", name, "--exit-with-parent"]
        if kind == .worker, let network {
            try network.addWorker(number)
            command = network.prefix(number) + command
            command[0] = Shell.find("ip") ?? "ip"
        }
        nodes.append(Node(name: name, kind: kind, number: number, command: command))
    }

    private func index(of name: String) -> Int? { nodes.firstIndex { $0.name == name } }
}

extension Duration {
    /// Whole microseconds; 0 for less than none.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000)
    }
}
