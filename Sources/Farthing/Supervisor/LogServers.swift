// The NATS servers of `farthing up --log jetstream`: a replicated log without another machine, to try it and to test
// with. It survives the loss of a server, not of the machine.

import Configuration
import Domain
import Foundation
import Glibc
import JetStreamLog
import NatsServers
import Supervision

/// Owned by the supervisor's thread.
final class LogServers {
    private let servers: NatsServers
    /// `n1`, `n2`, …
    let names: [String]

    private static let patienceSeconds = 60.0

    /// - Throws: when a server of the configuration is on another machine, or NATS is not installed.
    init(_ configuration: ClusterConfiguration) throws {
        let ports = try configuration.log.servers.map { address throws(Refusal) in
            guard let endpoint = Endpoint(address.replacing("nats://", with: "tcp://")),
                ["127.0.0.1", "localhost"].contains(endpoint.host)
            else {
                throw Refusal(
                    .invalidConfiguration, place: "log.servers", value: address,
                    remedy: "`--log jetstream` starts servers on this machine: name addresses of 127.0.0.1, or set "
                        + "log.kind to jetstream and leave the option out, for servers that run elsewhere.")
            }
            return endpoint.port
        }
        servers = try NatsServers(
            directory: configuration.log.directory + "/nats", cluster: configuration.cluster.name, clientPorts: ports)
        names = ports.indices.map { "n\($0 + 1)" }
    }

    /// Where a server says what it does.
    func journal(of name: String) -> String { "\(servers.directory)/\(name).log" }

    /// Starts a server.
    /// - Parameter ended: called once, from any thread, when it is over.
    func start(_ name: String, ended: @escaping @Sendable (ProcessEnd) -> Void) throws -> any Child {
        guard let node = names.firstIndex(of: name) else { preconditionFailure("no server \(name)") }
        try servers.start(node) { status in
            // As in `wait(2)`: the low seven bits are the signal, if it was one.
            ended(status & 0x7f == 0 ? .status((status >> 8) & 0xff) : .signal(status & 0x7f))
        }
        return Server(servers: servers, node: node, identifier: servers.processID(of: node) ?? 0)
    }

    /// Waits, on a thread of its own, until JetStream answers.
    func whenReady(_ answered: @escaping @Sendable (_ isReady: Bool) -> Void) {
        let urls = servers.urls
        Thread.detachNewThread {
            let deadline = Date().addingTimeInterval(Self.patienceSeconds)
            while Date() < deadline {
                if JetStreamProbe.isReady(servers: urls) { return answered(true) }
                usleep(50_000)
            }
            answered(false)
        }
    }

    private struct Server: Child {
        let servers: NatsServers
        let node: Int
        let identifier: Int32

        func terminate() { servers.askToEnd(node) }
        func kill() { servers.kill(node) }
    }
}
