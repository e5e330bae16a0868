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

    /// A number that is none.
    static func notFinite(_ place: String, _ value: Float) -> ModelError {
        ModelError(.notFinite, place: place, value: "\(value)", remedy: "Train again: every number must be finite.")
    }

    /// - Parameter part: what these numbers belong to, for the place.
    static func refuse(notFinite values: KeyValuePairs<String, Float>, of part: String) throws(ModelError) {
        for (name, value) in values where !value.isFinite { throw notFinite("\(part).\(name)", value) }
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String { "model refused: \(place) is “\(value)”. \(remedy)" }
}
