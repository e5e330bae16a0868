import Configuration
import Domain
import Pricing
import WorkerCore

extension WorkerConfiguration {
    /// What `cluster.yaml` says, in the core's terms.
    init(_ cluster: ClusterConfiguration, name: String, weight: UInt32, calendar: ShopCalendar) {
        self.init(
            name: name, partitions: cluster.cluster.partitions, calendar: calendar,
            policy: PricingPolicy(cluster.pricing),
            experiment: Experiment(
                salt: cluster.experiments.salt, controlShare: cluster.experiments.controlShare,
                exploringShare: cluster.experiments.exploringShare,
                exploringDeviation: cluster.experiments.exploringDeviation),
            quoteWindowMilliseconds: cluster.quotes.window.wholeMilliseconds,
            snapshotEveryRecords: UInt64(cluster.snapshots.everyRecords),
            logExposuresEveryMicroseconds: cluster.exposures.flushEvery.wholeMicroseconds,
            onlineCorrection: cluster.pricing.correctsOnline
                ? OnlineCorrectionSettings(
                    outcomeWithinMilliseconds: cluster.pricing.outcomeWithin.wholeMilliseconds) : nil,
            weight: weight)
    }
}
