import ArgumentParser
import Client
import Domain
import Supervision

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a cluster: its workers, its partitions, its answers.",
        discussion: """
            With --partitions, shows who leads and follows each partition, and asks its leader for index and state
            hash. Compare them before and after a restart; `farthing verify` compares the replicas.

              farthing status --partitions
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Flag(help: "Show every partition's leader, followers, index, epoch and state hash.")
    var partitions = false

    func run() throws {
        let (_, client) = try target.connect()
        let status = try client.status().value
        let view = ClusterView(status)
        let shown = partitions ? try view.partitions.map { try inspect($0, client) } : []
        let report = StatusReport(status, view, shown)
        try output.report(report) { report.text }
    }

    /// A partition that nobody leads is not asked about: the answer would be the end of the deadline.
    private func inspect(
        _ partition: ClusterView.Partition, _ client: PricingClient
    ) throws -> (ClusterView.Partition, PartitionStatus) {
        let nobody = PartitionStatus(
            partition: partition.id, leader: "nobody", index: 0, epoch: 0, shoppers: 0, stateHash: 0)
        guard partition.leader != nil else { return (partition, nobody) }
        do throws(ClientError) {
            return (partition, try client.inspect(partition.id).value)
        } catch {
            if case .transport = error { throw error }
            return (partition, nobody)
        }
    }
}
