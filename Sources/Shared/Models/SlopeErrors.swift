// How unsure a model is of what prices do, as its training found it; it travels with the bundle as two metrics.

/// How far off a model's ln slopes may be, as its training found: standard deviations, before any outcome. Exploration
/// draws prices as wide as that, so a model of more rows tries fewer.
public struct SlopeErrors: Equatable, Sendable, Encodable {
    /// Of a shopper whose past the model was told.
    public var known: Double
    /// Of one of whom it knows nothing: how far shoppers differ comes on top.
    public var newcomer: Double

    /// What is drawn from: a model sure of everything still tries something, and none tries everything.
    private static let usable = 0.01...2.0
    private static let knownName = "error of ln slope"
    private static let newcomerName = "error of ln slope, newcomers"

    public init(known: Double, newcomer: Double) {
        self.known = known
        self.newcomer = newcomer
    }

    /// - Returns: nil where the metrics say nothing of them, or nonsense.
    init?(_ metrics: [ModelInformation.Metric]) {
        func value(_ name: String) -> Double? {
            metrics.first { $0.name == name }.flatMap { $0.value.isFinite && $0.value > 0 ? $0.value : nil }
        }
        guard let known = value(Self.knownName), let newcomer = value(Self.newcomerName) else { return nil }
        func clamped(_ error: Double) -> Double { min(max(error, Self.usable.lowerBound), Self.usable.upperBound) }
        self.init(known: clamped(known), newcomer: clamped(newcomer))
    }

    /// As they travel with a model.
    public var metrics: [ModelInformation.Metric] {
        [.init(name: Self.knownName, value: known), .init(name: Self.newcomerName, value: newcomer)]
    }
}

extension ModelInformation {
    /// nil for a model from before they were learned, or of too few rows.
    public var slopeErrors: SlopeErrors? { SlopeErrors(metrics) }
}
