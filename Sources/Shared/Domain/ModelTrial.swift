// A model on trial beside the one that serves. At a share of nothing it prices nobody, and workers compare its prices
// with those that they show (a shadow); at a share above that it prices those shoppers (a canary).

public struct ModelTrial: Equatable, Sendable {
    public var activation: ModelActivation
    /// Shoppers priced by it, of a thousand.
    public var sharePerMille: UInt32

    public init(activation: ModelActivation, sharePerMille: UInt32) {
        self.activation = activation
        self.sharePerMille = sharePerMille
    }

    /// Whether this model prices a shopper: drawn from a hash of both, so that it is the same on every worker, a larger
    /// share keeps everybody who was in, and another model is tried on others.
    public func prices(_ user: UserKey) -> Bool {
        guard sharePerMille > 0 else { return false }
        var hash = FNV1a()
        hash.update(word: activation.checksum)
        hash.update(word: user.hash.value)
        // 53 bits of the mixed hash make a uniform number in [0, 1).
        return Double(finalMix(hash.value) >> 11) * 0x1p-53 < Double(sharePerMille) / 1_000
    }
}

/// Where the bundle of an order is.
public enum ModelSource: Equatable, Sendable {
    /// A file that every worker can read.
    case file(String)
    /// The copy that the log keeps of a model that served or was tried before, by its checksum.
    case kept(UInt64)
}

/// What an operator asks of a model. Repeating an order changes nothing.
public enum ModelOrder: Equatable, Sendable {
    case serve(ModelSource)
    case tryOut(ModelSource, sharePerMille: UInt32)
    case endTrial
}

/// An order whose bundle has been checked.
public enum ModelChange: Equatable, Sendable {
    case serve(ModelActivation)
    /// nil ends a trial.
    case trial(ModelTrial?)
}

/// What a worker has of the models.
public struct ModelReport: Equatable, Sendable {
    /// Of the one that prices here; 0 while there is none.
    public var checksum: UInt64 = 0
    /// The one to go back to, as the log has it.
    public var previous: Previous?
    public var trial: TrialReport?

    public init() {}

    public struct Previous: Equatable, Sendable {
        public var version: UInt64
        public var checksum: UInt64

        public init(version: UInt64, checksum: UInt64) {
            self.version = version
            self.checksum = checksum
        }
    }
}

/// What a worker has of a model on trial.
public struct TrialReport: Equatable, Sendable {
    public var version: UInt64
    public var checksum: UInt64
    public var sharePerMille: UInt32
    /// Whether it is loaded here.
    public var isLoaded: Bool
    public var comparison: TrialComparison

    public init(
        version: UInt64, checksum: UInt64, sharePerMille: UInt32, isLoaded: Bool, comparison: TrialComparison
    ) {
        self.version = version
        self.checksum = checksum
        self.sharePerMille = sharePerMille
        self.isLoaded = isLoaded
        self.comparison = comparison
    }
}

/// Prices of a model on trial beside those of the one that serves, promises to shoppers aside; summed over lines.
public struct TrialComparison: Equatable, Sendable {
    public var lines: UInt64 = 0
    /// Lines that the trial would have priced lower, and higher.
    public var lower: UInt64 = 0
    public var higher: UInt64 = 0
    /// Sum of |trial − serving| / serving, in millionths.
    public var movedMillionths: UInt64 = 0
    /// Sums of the chances of a purchase at the serving model's price, in millionths, as it has them and as the trial
    /// has them.
    public var servingMillionths: UInt64 = 0
    public var trialMillionths: UInt64 = 0

    public init() {}

    public mutating func add(shown: Money, tried: Money, servingChance: Double, trialChance: Double) {
        guard shown > .zero else { return }
        lines &+= 1
        if tried < shown { lower &+= 1 }
        if tried > shown { higher &+= 1 }
        movedMillionths &+= Self.millionths(abs(tried.real - shown.real) / shown.real)
        servingMillionths &+= Self.millionths(servingChance)
        trialMillionths &+= Self.millionths(trialChance)
    }

    private static func millionths(_ value: Double) -> UInt64 { UInt64(exactly: (value * 1e6).rounded()) ?? 0 }

    public static func + (one: Self, other: Self) -> Self {
        var sum = one
        sum.lines &+= other.lines
        sum.lower &+= other.lower
        sum.higher &+= other.higher
        sum.movedMillionths &+= other.movedMillionths
        sum.servingMillionths &+= other.servingMillionths
        sum.trialMillionths &+= other.trialMillionths
        return sum
    }
}
