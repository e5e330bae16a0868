// Where a reader of a partition stands: in both streams, and in the log that they are together.

/// Where a reader of one stream stands, and the subscription that delivers from there on, if there is one.
struct StreamPlace {
    var subscription: (any StreamSubscription)?
    /// Of the message that arrives next.
    var nextSequence: UInt64
    /// Messages that have arrived and were not handed out, in order.
    var pending: [LogMessage] = []
    /// The epoch of the last message that arrived.
    var epoch: UInt64 = 0
    /// Between two looks at the end, while nothing is delivered.
    var resting = Restraint(pause: .milliseconds(50))

    init(nextSequence: UInt64) { self.nextSequence = nextSequence }
}

struct PairReader {
    var places: BothLanes<StreamPlace>
    /// The last record handed out or passed over.
    var lastIndex: UInt64
    /// The epoch of the entry handed out last.
    var epoch: UInt64 = 0
    /// Since when later records have been at hand, and the next one has not.
    var gapSince: ContinuousClock.Instant?
    /// Whether it has handed out an entry: the first one may have begun before where the reader stands.
    var hasBegun = false
}
