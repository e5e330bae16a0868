// What all workers together say of their models.

import Client
import Domain
import Foundation

struct ClusterModels {
    /// By checksum: how many workers serve it.
    private(set) var serving: [UInt64: Int] = [:]
    private(set) var versions: [UInt64: UInt64] = [:]
    private(set) var previous: ModelReport.Previous?
    /// Of the worker that has read furthest; compared lines are everybody's.
    private(set) var trial: TrialReport?
    /// That have loaded it and know its share.
    private(set) var workersWithTrial = 0
    let workers: Int

    init(_ status: ClusterStatus) {
        workers = status.workers.count
        for worker in status.workers {
            serving[worker.report.models.checksum, default: 0] += 1
            versions[worker.report.models.checksum] = worker.report.modelVersion
        }
        let furthest = status.workers.max { $0.report.broadcastIndex < $1.report.broadcastIndex }?.report.models
        previous = furthest?.previous
        trial = furthest?.trial
        guard let newest = trial else { return }
        let trials = status.workers.compactMap(\.report.models.trial).filter { $0.checksum == newest.checksum }
        workersWithTrial = trials.count { $0.isLoaded && $0.sharePerMille == newest.sharePerMille }
        trial?.comparison = trials.reduce(TrialComparison()) { $0 + $1.comparison }
    }

    /// Whether every worker serves this model.
    func isServedByAll(_ checksum: UInt64) -> Bool { workers > 0 && serving[checksum] == workers }
}

extension PricingClient {
    /// Asks for the status until it holds, for half a minute at the most.
    /// - Returns: the last models seen, and whether it holds.
    func models(until holds: (ClusterModels) -> Bool) throws(ClientError) -> (models: ClusterModels, holds: Bool) {
        let deadline = Date().addingTimeInterval(30)
        while true {
            let models = ClusterModels(try status().value)
            if holds(models) { return (models, true) }
            guard Date() < deadline else { return (models, false) }
            // Workers report twenty times a second.
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}
