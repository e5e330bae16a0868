/// How a set of measured times is spread. Unit: microseconds.
public struct Spread: Codable, Equatable, Sendable {
    public var count = 0
    public var p50 = 0.0
    public var p99 = 0.0
    public var p999 = 0.0
    public var max = 0.0

    public init(_ values: [UInt64]) {
        guard !values.isEmpty else { return }
        let sorted = values.sorted()
        func at(_ share: Double) -> Double { Double(nearestRank(share, of: sorted)) }
        count = sorted.count
        p50 = at(0.5)
        p99 = at(0.99)
        p999 = at(0.999)
        max = Double(sorted[sorted.count - 1])
    }

    /// In milliseconds.
    static func text(_ microseconds: Double) -> String {
        let milliseconds = microseconds / 1_000
        return milliseconds < 10 ? "\((milliseconds * 100).rounded() / 100)" : "\(Int(milliseconds.rounded()))"
    }
}

/// The smallest value that at least this share does not exceed.
/// - Parameter sorted: ascending, not empty.
func nearestRank<Value>(_ share: Double, of sorted: [Value]) -> Value {
    sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
}
