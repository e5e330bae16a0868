/// Why a model is refused. A model file is outside data: it is never trusted and never traps.
public struct ModelError: Error, Equatable, Sendable {
    /// What is wrong, for code that must tell cases apart.
    public enum Problem: Sendable, CaseIterable {
        case tooLarge, wrongMagic, unsupportedFormat, wrongChecksum, truncated, malformed
        case notFinite, unknownFeature, brokenTree, wrongFeatures, wrongPrediction
    }

    public var problem: Problem
    /// Where, for example `intercept.trees[3].nodes[7].threshold`.
    public var place: String
    /// What was found there.
    public var value: String
    /// One sentence: what to do.
    public var remedy: String

    public init(_ problem: Problem, place: String, value: String, remedy: String) {
        self.problem = problem
        self.place = place
        self.value = value
        self.remedy = remedy
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String { "model refused: \(place) is “\(value)”. \(remedy)" }
}
