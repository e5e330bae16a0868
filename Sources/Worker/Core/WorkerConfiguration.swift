import Domain
import Pricing

/// What a worker's decisions depend on besides events and the model. The same on every worker of a cluster, but for
/// name and weight.
public struct WorkerConfiguration: Sendable {
    public var name: String
    public var partitions: Int
    public var calendar: ShopCalendar
    public var policy: PricingPolicy
    public var experiment: Experiment
    /// How long a quoted price is honoured, and never raised.
    public var quoteWindowMilliseconds: Int64
    /// Records of one partition after which a snapshot is due at the latest.
    public var snapshotEveryRecords: UInt64
    /// How long shown prices wait to be logged in one batch.
    public var logExposuresEveryMicroseconds: UInt64
    /// nil: prices follow the model alone, and nothing is logged to learn from between two fits.
    public var onlineCorrection: OnlineCorrectionSettings?
    /// This worker's share of the partitions, relative to the other workers'.
    public var weight: UInt32

    public init(
        name: String, partitions: Int, calendar: ShopCalendar, policy: PricingPolicy, experiment: Experiment,
        quoteWindowMilliseconds: Int64, snapshotEveryRecords: UInt64,
        logExposuresEveryMicroseconds: UInt64 = 50_000, onlineCorrection: OnlineCorrectionSettings? = nil,
        weight: UInt32 = WorkerReport.defaultWeight
    ) {
        self.name = name
        self.partitions = partitions
        self.calendar = calendar
        self.policy = policy
        self.experiment = experiment
        self.quoteWindowMilliseconds = quoteWindowMilliseconds
        self.snapshotEveryRecords = snapshotEveryRecords
        self.logExposuresEveryMicroseconds = logExposuresEveryMicroseconds
        self.onlineCorrection = onlineCorrection
        self.weight = weight
    }
}
