// A partition has two streams, so that it can be written while one of them has no leader. docs/adr/0013 says why two
// suffice, and what each of them promises.

/// One of a partition's two streams.
enum Lane: UInt8, CaseIterable {
    /// Every claim comes here before it comes to the second.
    case first = 1
    case second = 2

    var other: Lane { self == .first ? .second : .first }
}

/// A value for each of the two streams.
struct BothLanes<Value> {
    var first: Value
    var second: Value

    subscript(lane: Lane) -> Value {
        get { lane == .first ? first : second }
        set { if lane == .first { first = newValue } else { second = newValue } }
    }
}
