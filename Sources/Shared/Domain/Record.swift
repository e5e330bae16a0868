// What a partition's log remembers. State is a fold over records, so each one carries everything that
// applying it needs, its own time included.

public enum Record: Equatable, Sendable {
    /// Behaviour of one user, in the order the producer sent it.
    case events(user: UserKey, events: [Event])
    /// Prices shown, written in batches.
    case exposures(at: Timestamp, [Exposure])
    /// Rows of a tenant's catalogue. Broadcast partition only.
    case catalogue(tenant: String, rows: [CatalogueRow])
    /// From here on this model serves. Broadcast partition only.
    case modelActivated(ModelActivation)
    /// From here on this model is on trial; nil ends the trial. Broadcast partition only.
    case modelTried(ModelTrial?)
    /// Every replica that comes past this hashes its state.
    case checkpoint
    /// Prices of one product stay as they are. Broadcast partition only.
    case priceFreeze(PriceFreeze)
    /// What units of a tenant's products are worth. Broadcast partition only.
    case stockValues(tenant: String, at: Timestamp, [StockValue])
}

/// One price that a shopper saw: what stickiness needs, and what learning will.
public struct Exposure: Equatable, Sendable {
    public var user: UserKey
    public var product: String
    /// The shop's local day it was shown on.
    public var day: Int32
    /// The price that the day's moves start from.
    public var anchor: Money
    public var personalPrice: Money
    public var listPrice: Money
    public var expiresAt: Timestamp
    public var modelVersion: UInt64
    /// Index of the experiment arm.
    public var arm: UInt8
    /// Chance that this price was shown, over all arms of the experiment, given what the shopper had been shown before.
    public var propensity: Float
    /// What the model expected; nil where none had a say, or nobody wanted to know.
    public var prediction: DemandPrediction?

    public init(
        user: UserKey, product: String, day: Int32, anchor: Money, personalPrice: Money, listPrice: Money,
        expiresAt: Timestamp, modelVersion: UInt64, arm: UInt8, propensity: Float, prediction: DemandPrediction? = nil
    ) {
        self.user = user
        self.product = product
        self.day = day
        self.anchor = anchor
        self.personalPrice = personalPrice
        self.listPrice = listPrice
        self.expiresAt = expiresAt
        self.modelVersion = modelVersion
        self.arm = arm
        self.propensity = propensity
        self.prediction = prediction
    }

    /// As the one before it, which still held, had it drawn: a price that is kept because it was promised is sure to come
    /// again, but it was drawn with the chance that it had at first.
    public func repeating(_ earlier: Exposure) -> Exposure {
        guard personalPrice == earlier.personalPrice else { return self }
        var exposure = self
        exposure.propensity = earlier.propensity
        return exposure
    }
}

public struct ModelActivation: Equatable, Sendable {
    public var version: UInt64
    /// The bundle's own checksum; a file that has another is not this model.
    public var checksum: UInt64
    public var path: String

    public init(version: UInt64, checksum: UInt64, path: String) {
        self.version = version
        self.checksum = checksum
        self.path = path
    }
}
