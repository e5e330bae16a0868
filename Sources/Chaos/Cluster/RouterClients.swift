// What the routers say about the cluster: who leads what, who is ready. Asks past the proxy, one router after the
// other, and takes the first answer.

import Client
import Domain
import Operations
import Supervision
import Wire

/// Used by one thread.
final class RouterClients {
    private let clients: [PricingClient]
    private let routers: [String]

    /// A router that does not answer in this time is asked no longer.
    private static let patienceMilliseconds: UInt32 = 250

    init(_ endpoints: [String]) throws(ClientError) {
        var clients: [PricingClient] = []
        for endpoint in endpoints {
            clients.append(
                try PricingClient(endpoint: endpoint, deadlineMilliseconds: Self.patienceMilliseconds))
        }
        self.clients = clients
        routers = endpoints.indices.map { "r\($0 + 1)" }
    }

    /// nil when no router answers.
    func status() -> ClusterStatus? {
        for client in clients { if let status = try? client.status().value { return status } }
        return nil
    }

    /// The routers, each with a client of its own.
    var each: [(router: String, client: PricingClient)] { Array(zip(routers, clients)) }

    /// What keeps the cluster from being whole: every router has to know every worker ready, and every partition led
    /// and with its replicas caught up.
    func missing(workers: Int, replicas: Int) -> [String] {
        each.flatMap { router, client -> [String] in
            guard let status = try? client.status().value else { return ["\(router) does not answer"] }
            let view = ClusterView(status)
            let ready = view.stayingWorkers
            return (ready.count < workers ? ["\(router) knows no other ready workers than \(ready)"] : [])
                + (view.obstacleToHealth(replicas: replicas).map { ["in the eyes of \(router), \($0)"] } ?? [])
        }
    }
}

/// Who leads what, by a router's view.
struct Leaders {
    private let partitions: [ClusterView.Partition]

    init(_ status: ClusterStatus?) { partitions = status.map { ClusterView($0).partitions } ?? [] }

    func leader(of partition: PartitionID) -> String? { partitions.first { $0.id == partition }?.leader?.worker }

    /// What a worker leads, the broadcast partition left out: clients of a run do not use it.
    func led(by worker: String) -> [PartitionID] {
        partitions.filter { $0.id != .broadcast && $0.leader?.worker == worker }.map(\.id)
    }
}
