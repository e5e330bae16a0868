// What comes back besides a quote.

/// A quote and the token that proves it.
public struct SignedQuote: Equatable, Sendable {
    public var quote: Quote
    public var token: [UInt8]

    public init(quote: Quote, token: [UInt8]) {
        self.quote = quote
        self.token = token
    }
}

/// These events are durable at this index.
public struct EventAcknowledgement: Equatable, Sendable {
    public var partition: PartitionID
    public var index: UInt64
    public var accepted: UInt32
    public var duplicates: UInt32

    public init(partition: PartitionID, index: UInt64, accepted: UInt32, duplicates: UInt32) {
        self.partition = partition
        self.index = index
        self.accepted = accepted
        self.duplicates = duplicates
    }
}

/// These rows are durable at this index of the broadcast partition.
public struct CatalogueAcknowledgement: Equatable, Sendable {
    public var index: UInt64
    public var accepted: UInt32

    public init(index: UInt64, accepted: UInt32) {
        self.index = index
        self.accepted = accepted
    }
}

public struct ActivationAcknowledgement: Equatable, Sendable {
    public var index: UInt64
    public var version: UInt64
    public var checksum: UInt64

    public init(index: UInt64, version: UInt64, checksum: UInt64) {
        self.index = index
        self.version = version
        self.checksum = checksum
    }
}

/// This freeze, or thaw, is durable at this index of the broadcast partition.
public struct FreezeAcknowledgement: Equatable, Sendable {
    public var index: UInt64

    public init(index: UInt64) { self.index = index }
}

/// Freezes in force, ascending by product.
public struct FreezePage: Equatable, Sendable {
    public var freezes: [PriceFreeze]
    /// Whether more of them follow: ask again for what comes after the last product.
    public var hasMore: Bool

    public init(freezes: [PriceFreeze], hasMore: Bool) {
        self.freezes = freezes
        self.hasMore = hasMore
    }
}

/// How the price of one line came about; every number that the decision used.
public struct LineExplanation: Equatable, Sendable {
    public var product: String
    public var listPrice: Money
    public var unitCost: Money
    /// The price that the shopper is used to, in minor units.
    public var referencePrice: Double
    /// Purchase probability is `ceiling · (1 + e^(−sharpness·z))^(−1/sharpness)`, `z = intercept − slope·ψ(q)`,
    /// `q = ln(price/reference) − centre`; ψ(0) = 0, and ψ rises with a gradient that changes at each knot.
    public var intercept: Double
    /// 0 where the model had no say.
    public var slope: Double
    public var centre: Double
    /// Ascending.
    public var knots: [Double]
    /// Of ψ below the first knot, between each two, and above the last one.
    public var gradients: [Double]
    public var ceiling: Double
    public var sharpness: Double
    /// Prices that the model may choose, relative to the reference price; nil: any.
    public var choices: ClosedRange<Double>?
    /// What the optimum took a unit to cost, where its cost does not say so; see `StockValue`.
    public var unitWorth: Money?
    /// Percent change of the purchase probability for one percent of price, at the price quoted.
    public var elasticity: Double
    public var probability: Double
    public var probabilityAtList: Double
    /// The price that maximises the objective before any rule, in minor units.
    public var optimum: Double
    /// The price after each rule that acted, in order.
    public var steps: [PriceStep]
    public var features: [FeatureValue]

    public init(
        product: String, listPrice: Money, unitCost: Money, unitWorth: Money? = nil, referencePrice: Double,
        intercept: Double, slope: Double, centre: Double, knots: [Double] = [], gradients: [Double] = [1],
        ceiling: Double = 1, sharpness: Double = 1, choices: ClosedRange<Double>? = nil, elasticity: Double,
        probability: Double, probabilityAtList: Double, optimum: Double, steps: [PriceStep], features: [FeatureValue]
    ) {
        self.unitWorth = unitWorth
        self.knots = knots
        self.gradients = gradients
        self.ceiling = ceiling
        self.sharpness = sharpness
        self.choices = choices
        self.product = product
        self.listPrice = listPrice
        self.unitCost = unitCost
        self.referencePrice = referencePrice
        self.intercept = intercept
        self.slope = slope
        self.centre = centre
        self.elasticity = elasticity
        self.probability = probability
        self.probabilityAtList = probabilityAtList
        self.optimum = optimum
        self.steps = steps
        self.features = features
    }
}

public struct PriceStep: Equatable, Sendable {
    public var reason: PriceReason
    public var price: Money

    public init(reason: PriceReason, price: Money) {
        self.reason = reason
        self.price = price
    }
}

public struct FeatureValue: Equatable, Sendable {
    public var name: String
    public var value: Float

    public init(name: String, value: Float) {
        self.name = name
        self.value = value
    }
}

public struct Explanation: Equatable, Sendable {
    public var quote: Quote
    public var lines: [LineExplanation]

    public init(quote: Quote, lines: [LineExplanation]) {
        self.quote = quote
        self.lines = lines
    }
}

/// What a verified token promises.
public struct VerifiedQuote: Equatable, Sendable {
    public var id: RequestID
    public var expiresAt: Timestamp
    public var currency: Currency
    public var modelVersion: UInt64
    public var lines: [TokenLine]
    public var total: Money

    public init(
        id: RequestID, expiresAt: Timestamp, currency: Currency, modelVersion: UInt64, lines: [TokenLine], total: Money
    ) {
        self.id = id
        self.expiresAt = expiresAt
        self.currency = currency
        self.modelVersion = modelVersion
        self.lines = lines
        self.total = total
    }
}

public struct TokenLine: Equatable, Sendable {
    public var product: String
    public var quantity: Int64
    public var unitPrice: Money

    public init(product: String, quantity: Int64, unitPrice: Money) {
        self.product = product
        self.quantity = quantity
        self.unitPrice = unitPrice
    }
}
