// Where a reader of a partition stands, and the subscription that delivers from there on, if there is one.

struct StreamReader {
    var subscription: NatsSubscription?
    /// Of the message that comes next.
    var nextSequence: UInt64
    /// The last record handed out or passed over.
    var lastIndex: UInt64
    /// The epoch of the last message.
    var epoch: UInt64
    /// The entry handed out last: a reader may come back into it.
    var lastEntry: (sequence: UInt64, firstIndex: UInt64, lastIndex: UInt64)?
}
