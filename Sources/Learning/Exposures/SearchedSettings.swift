// The grid of a search: each law of demand with its usual forests, and with what has helped on one data set or another.

/// A law of demand and how its forests are grown.
public struct SearchedSettings: Equatable, Sendable, CustomStringConvertible {
    public let law: DemandCandidate
    /// What differs from the usual.
    public let change: Change

    public enum Change: String, Sendable, CaseIterable {
        case none = "usual forests"
        case shallowSlope = "slope of depth 2"
        case deepSlope = "slope of depth 5, shrunk four times as much"
        case quickSlope = "slope learning twice as fast"
        case heavySlope = "slope leaves five times as heavy"
        case slowIntercept = "intercept learning half as fast"
        case shallowIntercept = "intercept of depth 4"
    }

    public static let grid: [SearchedSettings] = DemandCandidate.allCases.flatMap { law in
        // A network has no forests to change.
        (law.settings.network == nil ? Change.allCases : [.none]).map { SearchedSettings(law: law, change: $0) }
    }

    /// Whether a fit without a search tries it.
    public var isUsual: Bool { change == .none }

    public var description: String {
        law.settings.network == nil ? "\(law.rawValue), \(change.rawValue)" : law.rawValue
    }

    public var response: ResponseSettings {
        var settings = law.settings
        switch change {
        case .none: break
        case .shallowSlope: settings.slope.depth = 2
        case .deepSlope:
            settings.slope.depth = 5
            settings.slope.shrinkage *= 4
        case .quickSlope: settings.slope.learningRate *= 2
        case .heavySlope: settings.slope.leafWeight *= 5
        case .slowIntercept: settings.intercept.learningRate /= 2
        case .shallowIntercept: settings.intercept.depth = 4
        }
        return settings
    }
}
