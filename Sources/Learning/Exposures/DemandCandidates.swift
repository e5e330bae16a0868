// Which law of demand? Nobody knows beforehand, so a few are fitted and the rows held out decide; see `PriceLoss`.

import Models

/// A law of demand that may be fitted.
public enum DemandCandidate: String, Sendable, CaseIterable {
    /// A logit in the log price.
    case straight
    /// A price above the reference price may weigh more, or less, than one below.
    case bent
    /// Some would not buy at any price; the others have something like a threshold.
    case saturated
    /// Below some price of their own nearly all buy, and no more than that however low it is; see `CappedDemand`. Bent,
    /// too, and said by a network: of many rows it learns more than forests do, whatever the law.
    case capped

    /// Whether no price sells with more than some chance; see `CeilingSpread`.
    var hasCeiling: Bool { self == .saturated || self == .capped }

    package var settings: ResponseSettings {
        guard self != .capped else { return ResponseSettings(NetworkSettings()) }
        let intercept = ForestSettings(rounds: 400, depth: 6, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        let slope = ForestSettings(rounds: 400, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: intercept, slope: slope)
        settings.hasSurface = self != .saturated
        switch self {
        case .straight, .capped: break
        case .bent: settings.knots = [0]
        case .saturated:
            settings.knots = [0]
            // Where a threshold lies depends on everybody's everything, a little; how sharp it is, on little.
            settings.intercept = ForestSettings(
                rounds: 400, depth: 5, learningRate: 0.2, shrinkage: 50, leafWeight: 20)
            settings.slope = ForestSettings(rounds: 400, depth: 2, learningRate: 0.25, shrinkage: 5, leafWeight: 20)
            settings.saturation = ForestSettings(
                rounds: 400, depth: 4, learningRate: 0.2, shrinkage: 5, leafWeight: 20)
        }
        return settings
    }
}

/// A fitted candidate and how well it predicts what prices change.
public struct FittedCandidate: Sendable {
    public let candidate: DemandCandidate
    public let fit: ResponseFit
    /// Mean squared error of the predicted effect of the price, on held-out rows; comparable between candidates.
    public internal(set) var priceLoss: Double
}
