// The NATS servers of a run with a jetstream log, started again when they end, like everything else.

import Domain
import Glibc
import NatsServers
import Operations

/// Owned by the thread that runs the plan.
final class ChaosLogServers {
    let names: [String]
    private let servers: NatsServers
    private let pause: UInt64
    private var restartAt: [Int: MonotonicInstant] = [:]
    private var suspended: Set<Int> = []

    private static let patienceSeconds = 60.0

    /// Starts them and waits until they answer; nil for an embedded log.
    init?(_ layout: ClusterLayout, in folder: RunFolder) throws {
        guard !layout.serverPorts.isEmpty else { return nil }
        servers = try NatsServers(
            directory: folder.file("log") + "/servers", cluster: "chaos-\(folder.tag)",
            clientPorts: layout.serverPorts, routePorts: layout.serverRoutes)
        names = layout.serverPorts.indices.map { "n\($0 + 1)" }
        pause = layout.shape.restartAfter.microseconds
        try servers.start()
        guard servers.waitUntilReady(seconds: Self.patienceSeconds) else {
            servers.stop()
            throw ChaosError("the NATS servers do not answer", remedy: "Read \(servers.directory)/n1.log.")
        }
    }

    var urls: [String] { servers.urls }

    /// Names of those that run and are not held.
    var running: [String] {
        names.indices.filter { servers.isRunning($0) && !suspended.contains($0) }.map { names[$0] }
    }

    var nextRestart: MonotonicInstant? { restartAt.values.min() }

    /// SIGKILL, SIGSTOP or SIGCONT.
    /// - Returns: when; nil when it does not run.
    func signal(_ name: String, _ signal: Int32) -> MonotonicInstant? {
        guard let node = names.firstIndex(of: name) else { return nil }
        let now = Clock.monotonic()
        if signal == SIGKILL {
            guard servers.kill(node) else { return nil }
            suspended.remove(node)
            restartAt[node] = Clock.monotonic().adding(microseconds: pause)
        } else {
            guard servers.suspend(node, signal == SIGSTOP) else { return nil }
            if signal == SIGSTOP { suspended.insert(node) } else { suspended.remove(node) }
        }
        return now
    }

    /// Starts again what has paused long enough.
    func tend() throws {
        let now = Clock.monotonic()
        for node in restartAt.keys.sorted() {
            guard let at = restartAt[node], at <= now else { continue }
            try servers.start(node)
            restartAt[node] = nil
        }
    }

    func stop() {
        for node in suspended.sorted() { servers.suspend(node, false) }
        servers.stop()
    }
}
