import ArgumentParser
import Client
import Domain
import Foundation
import Supervision

struct Workers: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the processes of a running cluster, add workers, or let one go.",
        discussion: """
            Talks to the `farthing up` that looks after the cluster of this cluster.yaml.

              farthing workers
              farthing workers add --count 2
              farthing workers drain w2
            """,
        subcommands: [WorkersList.self, WorkersAdd.self, WorkersDrain.self, WorkersCancel.self],
        defaultSubcommand: WorkersList.self)
}

struct WorkersList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show every process: its id, its state, what it leads and holds, since when.")

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    private struct Report: Encodable {
        struct Process: Encodable {
            var name: String
            var kind: String
            var process: Int32?
            var state: String
            var led: Int?
            var held: Int?
            var sinceMs: Int64?
            var lastEnd: String
        }
        var processes: [Process]
    }

    func run() throws {
        let (configuration, client) = try target.connect(deadlineMilliseconds: 1_000)
        var caller = try ControlCaller(configuration)
        let listings = try caller.processes()
        // Without a router in reach the processes are still worth showing.
        let view = (try? client.status().value).map { ClusterView($0) }
        let report = Report(processes: listings.map { describe($0, view?.worker($0.name)) })
        try output.report(report) { text(report) }
    }

    private func describe(_ listing: ProcessListing, _ status: WorkerStatus?) -> Report.Process {
        var state = listing.state
        if let status, state == "running" {
            state = status.report.isDraining ? "draining" : status.report.isReady ? "ready" : "not ready"
        }
        let isSeen = status != nil && listing.process != nil
        return Report.Process(
            name: listing.name, kind: listing.kind.rawValue, process: listing.process, state: state,
            led: isSeen ? status?.report.led : nil, held: isSeen ? status?.report.replicas.count : nil,
            sinceMs: listing.since, lastEnd: listing.lastEnd)
    }

    private func text(_ report: Report) -> String {
        var table = Table(["name", "process", "state", "leads", "holds", "since", "ended last"])
        for process in report.processes {
            table.add([
                process.name, process.process.map(String.init) ?? "–", process.state,
                process.led.map(String.init) ?? "–", process.held.map(String.init) ?? "–",
                process.sinceMs.map(localTime) ?? "–", process.lastEnd,
            ])
        }
        return table.text
    }

    private func localTime(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
