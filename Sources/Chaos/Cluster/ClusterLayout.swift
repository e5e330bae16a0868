// Names, addresses and configurations of a run's processes. Every process has a cluster.yaml of its own, because
// through the proxy each reaches the routers by other addresses.

import Configuration
import Domain
import Foundation

struct ClusterLayout {
    struct Link {
        enum End: Equatable {
            case worker(Int)
            case client(Int)
        }
        var end: End
        var router: Int
        var port: UInt16
    }

    let shape: ClusterShape
    /// By router, both numbered from 0.
    let clientPorts: [UInt16]
    let workerPorts: [UInt16]
    /// Empty unless through the proxy. Numbered as the proxy numbers them.
    let links: [Link]
    /// Of the servers of a jetstream log: for workers, and among themselves.
    let serverPorts: [UInt16]
    let serverRoutes: [UInt16]
    /// Where routers listen for workers.
    let workerHost: String

    /// Workers that may join later.
    static let spareWorkers = 2
    /// Of each partition: what the configurations below leave to its default.
    static let replicas = ClusterConfiguration().cluster.replicas

    init(_ shape: ClusterShape, clients: Int, workerHost: String, seed: UInt64) throws(ChaosError) {
        self.shape = shape
        self.workerHost = workerHost
        var ends = (0..<shape.workers + Self.spareWorkers).map { Link.End.worker($0) }
        ends += (0..<clients).map { Link.End.client($0) }
        if shape.network != .proxy { ends = [] }
        let servers = shape.log == .jetstream ? shape.logServers : 0
        let ports = try Ports.free((2 + ends.count) * shape.routers + 2 * servers, seed: seed)
        serverPorts = Array(ports.suffix(servers))
        serverRoutes = Array(ports.suffix(2 * servers).prefix(servers))
        clientPorts = Array(ports[..<shape.routers])
        workerPorts = Array(ports[shape.routers..<2 * shape.routers])
        var rest = ports[(2 * shape.routers)...]
        var links: [Link] = []
        for end in ends {
            for router in 0..<shape.routers { links.append(Link(end: end, router: router, port: rest.removeFirst())) }
        }
        self.links = links
    }

    /// What the proxy listens on and connects to.
    var proxied: [(port: UInt16, target: Endpoint)] {
        links.map { link in
            let ports = if case .worker = link.end { workerPorts } else { clientPorts }
            return (link.port, Endpoint(host: "127.0.0.1", port: ports[link.router]))
        }
    }

    /// Where a client finds the routers, in order.
    func endpoints(ofClient client: Int) -> [String] {
        (0..<shape.routers).map { router in
            let proxied = links.first { $0.end == .client(client) && $0.router == router }
            return "tcp://127.0.0.1:\(proxied?.port ?? clientPorts[router])"
        }
    }

    /// Where the run itself looks: past the proxy.
    var directEndpoints: [String] { clientPorts.map { "tcp://127.0.0.1:\($0)" } }

    /// The configuration of a router.
    var routerYAML: String { yaml { workerHost + ":\(workerPorts[$0])" } }

    /// The configuration of a worker, which is numbered from 0.
    func workerYAML(_ worker: Int) -> String {
        yaml { router in
            let proxied = links.first { $0.end == .worker(worker) && $0.router == router }
            return proxied.map { "127.0.0.1:\($0.port)" } ?? workerHost + ":\(workerPorts[router])"
        }
    }

    private func yaml(workers address: (Int) -> String) -> String {
        let routers = (0..<shape.routers).map { router in
            """
              - {name: r\(router + 1), clients: "tcp://127.0.0.1:\(clientPorts[router])", workers: "tcp://\(address(router))"}
            """
        }
        let urls = serverPorts.map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", ")
        let logServers =
            serverPorts.isEmpty
            ? "" : ", kind: jetstream, servers: [\(urls)], replicas: \(shape.logServers < 3 ? 1 : 3)"
        return """
            cluster: {name: chaos, partitions: \(shape.partitions)}
            routers:
            \(routers.joined(separator: "\n"))
            workers: {count: \(shape.workers)}
            log: {directory: log\(logServers)}
            quotes: {key_file: quote.key, window: 1h}
            model: {bundle: model.bundle}
            shop: {tenant: chaos}
            pricing: {minimum_margin: \(Int(Shop.minimumMarginRatio * 100))%}
            experiments: {salt: chaos, control_share: 10%}

            """
    }
}
