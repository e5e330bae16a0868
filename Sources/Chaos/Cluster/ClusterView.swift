// What the routers say about the cluster: who leads what, who is ready. Asks past the proxy, one router after the
// other, and takes the first answer.

import Client
import Domain
import Operations
import Wire

/// Used by one thread.
final class ClusterView {
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

    /// What keeps the cluster from being whole: every worker ready, every partition led, every router knowing it.
    func missing(workers: Int, partitions: Int) -> [String] {
        each.flatMap { router, client -> [String] in
            guard let status = try? client.status().value else { return ["\(router) does not answer"] }
            let ready = status.workers.filter { $0.report.isReady && !$0.report.isDraining }.map(\.report.name)
            let led = Set(Leaders(status).partitions)
            let unled = ((0..<partitions).map { PartitionID(UInt16($0)) } + [.broadcast]).filter { !led.contains($0) }
            return (ready.count < workers ? ["\(router) knows no other ready workers than \(ready.sorted())"] : [])
                + (unled.isEmpty ? [] : ["\(router) knows no leader of \(unled.map(\.description))"])
        }
    }
}

/// Who leads what, by a router's view.
struct Leaders {
    private var byPartition: [PartitionID: (epoch: UInt64, worker: String)] = [:]

    init(_ status: ClusterStatus?) {
        for worker in status?.workers ?? [] {
            for replica in worker.report.replicas where replica.role == .leading {
                if let known = byPartition[replica.partition], known.epoch >= replica.epoch { continue }
                byPartition[replica.partition] = (replica.epoch, worker.report.name)
            }
        }
    }

    var partitions: [PartitionID] { byPartition.keys.sorted() }

    func leader(of partition: PartitionID) -> String? { byPartition[partition]?.worker }

    /// What a worker leads, the broadcast partition left out: clients of a run do not use it.
    func led(by worker: String) -> [PartitionID] {
        partitions.filter { $0 != .broadcast && byPartition[$0]?.worker == worker }
    }
}
