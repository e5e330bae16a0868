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
    public var description: String { "\(place): found “\(value)”. \(remedy)" }
}
