// A column of numbers, without blanks and without what lies far out.

struct NumberPreparation: Equatable, Sendable {
    var median: Float
    /// What is usual: numbers outside are moved to the nearer end.
    var usual: ClosedRange<Float>
    /// Whether a column tells of blanks.
    var tellsBlanks: Bool

    /// The part of the values on each side that is unusual, however close.
    private static let tail = 0.001
    /// What lies so many times as far from the median as one value in twenty is absurd, however many there are.
    private static let reach: Float = 10
    private static let common = 0.05
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
        let middle = point(0.5)
        // A column that is mostly one number says nothing of what is far from it.
        func bound(_ common: Float, _ extreme: Float) -> Float {
            let farthest = middle + Self.reach * (common - middle)
            guard common != middle, farthest.isFinite else { return extreme }
            return common < middle ? max(farthest, extreme) : min(farthest, extreme)
        }
        median = middle
        usual =
            bound(point(Self.common), point(Self.tail))...bound(point(1 - Self.common), point(1 - Self.tail))
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
