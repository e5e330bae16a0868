/// Why data could not be read or a model not be learned.
public struct LearningError: Error, Equatable, Sendable {
    /// Where, for example `weekly_prices.csv:17:price` (file, line, column).
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

extension LearningError: CustomStringConvertible {
    /// Of the value; a field of a file may be as long as the file.
    private static let mostShown = 120

    public var description: String {
        let shown = value.count > Self.mostShown ? value.prefix(Self.mostShown) + "…" : value
        return "\(place): found “\(shown)”. \(remedy)"
    }
}
