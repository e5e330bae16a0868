// What one word, and one number, says about a worker.

import Domain

extension ClusterView {
    /// How a worker is, in the eyes of the router that was asked.
    public enum WorkerState: String, Sendable {
        case ready
        /// Hands over what it holds.
        case draining
        /// Reads partitions, or waits for its model.
        case loading
        /// Connected, and not heard for longer than usual: gets nothing while others can serve.
        case silent
        /// Has stopped too often: gets nothing until it has been ready for a while.
        case quarantined
        /// Not connected.
        case gone
    }

    public func state(of worker: WorkerStatus) -> WorkerState {
        let report = worker.report
        if !report.isReady, report.replicas.isEmpty, worker.silentMilliseconds == 0 { return .gone }
        if report.isDraining { return .draining }
        if report.isReady { return .ready }
        if report.problem.hasPrefix("silent") { return .silent }
        if report.problem.hasPrefix("quarantined") { return .quarantined }
        return .loading
    }

    /// How many records the replica that lags most has still to apply.
    public func recordsBehind(_ worker: String) -> UInt64 {
        partitions.flatMap { partition in
            partition.replicas.filter { $0.worker == worker }.map { partition.recordsBehind($0) }
        }.max() ?? 0
    }
}
