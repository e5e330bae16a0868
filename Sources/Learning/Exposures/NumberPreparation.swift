// A column of numbers, without blanks and without what lies far out.

struct NumberPreparation: Equatable, Sendable {
    var median: Float
    /// What is usual: numbers outside are moved to the nearer end.
    var usual: ClosedRange<Float>
    /// Whether a column tells of blanks.
    var tellsBlanks: Bool

    /// The part of the values on each side that is unusual.
    private static let tail = 0.001
    /// Blanks are told of from this share on.
    private static let frequent = 0.01

    init(median: Float, usual: ClosedRange<Float>, tellsBlanks: Bool) {
        self.median = median
        self.usual = usual
        self.tellsBlanks = tellsBlanks
    }

    init(fitting values: [Float]) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        func point(_ share: Double) -> Float {
            sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded())]
        }
        median = point(0.5)
        usual = point(Self.tail)...point(1 - Self.tail)
        tellsBlanks = Double(values.count - sorted.count) > Self.frequent * Double(values.count)
    }

    var width: Int { tellsBlanks ? 2 : 1 }

    func prepared(_ value: Float) -> Float {
        value.isNaN ? median : min(max(value, usual.lowerBound), usual.upperBound)
    }

    func append(_ value: Float, to row: inout [Float]) {
        row.append(prepared(value))
        if tellsBlanks { row.append(value.isNaN ? 1 : 0) }
    }
}
