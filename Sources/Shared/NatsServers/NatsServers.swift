// A cluster of NATS servers with JetStream on this machine, as child processes: for `farthing up --log jetstream`
// and for tests. Production runs its servers on machines of their own.

import Domain
import Foundation
import Glibc
import JetStreamLog

/// Owned by one thread.
public final class NatsServers {
    /// Where clients connect, `nats://127.0.0.1:PORT`, in the order of the nodes.
    public let urls: [String]
    public let directory: String
    private let servers: [NatsServer]

    /// Prepares servers on loopback ports; nothing is started yet.
    /// - Parameters:
    ///   - directory: keeps configurations, journals and everything that is stored.
    ///   - cluster: a name that tells these servers from others of this machine.
    ///   - clientPorts: one for each server. Servers find each other on ports 2,000 above, as NATS's 4222 and 6222.
    ///   - routePorts: other ones, if not those.
    public init(
        directory: String, cluster: String, clientPorts: [UInt16], routePorts: [UInt16]? = nil,
        executable: String = "nats-server"
    ) throws {
        let routes =
            try routePorts
            ?? clientPorts.map { port in
                guard port <= UInt16.max - 2_000 else {
                    throw Refusal(
                        .invalidConfiguration, place: "log.servers", value: "port \(port)",
                        remedy:
                            "Name a port up to \(UInt16.max - 2_000); the one 2000 above is for the servers themselves."
                    )
                }
                return port + 2_000
            }
        guard !clientPorts.isEmpty, clientPorts.count == routes.count else {
            throw Refusal(
                .invalidConfiguration, place: "log.servers", value: "\(clientPorts.count) servers",
                remedy: "Name at least one server, and as many route ports.")
        }
        self.directory = directory
        urls = clientPorts.map { "nats://127.0.0.1:\($0)" }
        // The servers keep the log in it.
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = try Self.find(executable)
        servers = try clientPorts.enumerated().map { index, port in
            let files = NatsServerFiles(name: "n\(index + 1)", directory: directory)
            try files.write(
                cluster: cluster, clientPort: port, routePort: routes[index],
                routes: clientPorts.count > 1 ? routes : [])
            return NatsServer(files: files, executable: path)
        }
    }

    /// How many servers there are.
    public var count: Int { servers.count }

    private static func find(_ executable: String) throws -> String {
        if executable.contains("/") { return executable }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        // Debian keeps it where only root's PATH looks.
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
        where FileManager.default.isExecutableFile(atPath: "\(folder)/\(executable)") {
            return "\(folder)/\(executable)"
        }
        throw Refusal(
            .invalidConfiguration, place: "log.kind", value: "jetstream",
            remedy: "\(executable) is not installed: apt-get install nats-server, or run scripts/requirements.")
    }

    // MARK: - Running

    /// Starts every server that does not run. Returns at once.
    public func start() throws {
        for node in servers.indices { try start(node) }
    }

    /// Starts one server, if it does not run.
    /// - Parameter ended: called on some thread when its process has ended, with what `waitpid` says.
    public func start(_ node: Int, ended: @escaping @Sendable (Int32) -> Void = { _ in }) throws {
        guard servers[node].processID == nil else { return }
        try servers[node].start(ended: ended)
    }

    /// Waits until JetStream answers.
    /// - Returns: false when it did not in time.
    public func waitUntilReady(seconds: Double) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        repeat {
            if JetStreamProbe.isReady(servers: urls) { return true }
            usleep(20_000)
        } while ContinuousClock.now < deadline
        return false
    }

    public func isRunning(_ node: Int) -> Bool { servers[node].processID != nil }

    /// Nil when it does not run.
    public func processID(of node: Int) -> Int32? { servers[node].processID }

    /// Asks one server to end. Returns at once.
    public func askToEnd(_ node: Int) { servers[node].askToEnd() }

    /// Kills a server's process, as a crash would, and waits for its end.
    /// - Returns: false when it does not run.
    @discardableResult
    public func kill(_ node: Int) -> Bool {
        guard servers[node].signal(SIGKILL) else { return false }
        servers[node].waitUntilEnded()
        return true
    }

    /// Stops a server's process without ending it (SIGSTOP), or lets it go on.
    @discardableResult
    public func suspend(_ node: Int, _ isSuspended: Bool) -> Bool {
        servers[node].signal(isSuspended ? SIGSTOP : SIGCONT)
    }

    /// Ends every server and waits for it.
    public func stop() {
        for server in servers { server.askToEnd() }
        for server in servers { server.waitUntilEnded() }
    }
}
