// The configuration of one server, as text. Everything is on loopback; a cluster over machines is configured by its
// operator (docs/operations.md), from the same settings.

import Foundation

struct NatsServerFiles {
    /// `n1` and so on.
    let name: String
    let directory: String

    var configuration: String { "\(directory)/\(name).conf" }
    var journal: String { "\(directory)/\(name).log" }

    /// - Parameters:
    ///   - cluster: tells these servers from others on the same machine.
    ///   - routes: the ports on which all of them find each other; empty for a server that stands alone.
    func write(cluster: String, clientPort: UInt16, routePort: UInt16, routes: [UInt16]) throws {
        var lines = [
            "server_name: \(quoted(name))",
            "listen: 127.0.0.1:\(clientPort)",
            "log_file: \(quoted(journal))",
            "logfile_size_limit: 16MB",
            // A group commit is one message.
            "max_payload: 8MB",
            "jetstream { store_dir: \(quoted("\(directory)/\(name)")) }",
        ]
        if !routes.isEmpty {
            let addresses = routes.map { "nats-route://127.0.0.1:\($0)" }.joined(separator: ", ")
            lines += [
                "cluster {", "  name: \(quoted(cluster))", "  listen: 127.0.0.1:\(routePort)",
                "  routes: [\(addresses)]", "}",
            ]
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
}
