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

extension PricingPolicy {
    init(_ settings: PricingSettings) {
        let objective: PricingObjective =
            switch settings.objective {
            case .profit: .profit
            case .revenue: .revenue
            case .conversion: .conversion
            }
        let ending: PriceEnding =
            switch settings.priceEnding {
            case .none: .none
            case .nine: .nine
            }
        self.init(
            objective: objective, conversionValueRatio: settings.conversionValueRatio,
            minimumMarginRatio: settings.minimumMarginRatio, smoothing: settings.smoothingRatio,
            largestDailyMoveRatio: settings.largestDailyMoveRatio,
            largestDiscountRatio: settings.largestDiscountRatio, ending: ending)
    }
}
