/// Why a bundle of profiles is refused. It is outside data: never trusted, never a trap.
public struct ProfileError: Error, Equatable, Sendable {
    /// Where, for example `bundle, items`.
    public var place: String
    /// What was found there.
    public var value: String
    /// One sentence: what to do.
    public var remedy: String

    public init(place: String, value: String, remedy: String) {
        self.place = place
        self.value = value
        self.remedy = remedy
    }
}

extension ProfileError: CustomStringConvertible {
    public var description: String { "\(place): found “\(value)”. \(remedy)" }
}
