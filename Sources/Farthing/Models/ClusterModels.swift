// What all workers together say of their models.

import Client
import Domain
import Foundation
import Supervision

struct ClusterModels {
    /// By checksum: how many workers serve it.
    private(set) var serving: [UInt64: Int] = [:]
    private(set) var versions: [UInt64: UInt64] = [:]
    private(set) var previous: ModelReport.Previous?
    /// Of the worker that has read furthest; compared lines are everybody's.
    private(set) var trial: TrialReport?
    /// That have loaded it and know its share.
    private(set) var workersWithTrial = 0
    /// Whether any worker has any model on trial.
    private(set) var isAnyTried = false
    let workers: Int

    /// Workers that have gone have no models.
    init(_ status: ClusterStatus) {
        let view = ClusterView(status)
        var status = status
        status.workers.removeAll { view.state(of: $0) == .gone }
        workers = status.workers.count
        for worker in status.workers {
            serving[worker.report.models.checksum, default: 0] += 1
            versions[worker.report.models.checksum] = worker.report.modelVersion
        }
        let furthest = status.workers.max { $0.report.broadcastIndex < $1.report.broadcastIndex }?.report.models
        previous = furthest?.previous
        trial = furthest?.trial
        isAnyTried = status.workers.contains { $0.report.models.trial != nil }
        guard let newest = trial else { return }
        let trials = status.workers.compactMap(\.report.models.trial).filter { $0.checksum == newest.checksum }
        workersWithTrial = trials.count { $0.isLoaded && $0.sharePerMille == newest.sharePerMille }
        trial?.comparison = trials.reduce(TrialComparison()) { $0 + $1.comparison }
    }

    /// Whether every worker has this model on trial, for this share of the shoppers.
    func isTriedByAll(_ checksum: UInt64, sharePerMille: UInt32) -> Bool {
        workersWithTrial == workers && trial?.checksum == checksum && trial?.sharePerMille == sharePerMille
    }

    /// Whether every worker serves this model.
    func isServedByAll(_ checksum: UInt64) -> Bool { workers > 0 && serving[checksum] == workers }
}

extension PricingClient {
    /// Waits until it holds of the models.
    /// - Returns: the last models seen, and whether it holds.
    func models(
        withinSeconds seconds: UInt32 = 30, until holds: (ClusterModels) -> Bool
    ) throws(ClientError) -> (models: ClusterModels, holds: Bool) {
        let (status, isSo) = try status(withinSeconds: seconds) { holds(ClusterModels($0)) }
        return (ClusterModels(status), isSo)
    }
}
