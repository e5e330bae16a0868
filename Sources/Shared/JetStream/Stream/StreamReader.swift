// Where a reader of a partition stands, and the subscription that delivers from there on, if there is one.

struct StreamReader {
    var subscription: NatsSubscription?
    /// Of the message that arrives next.
    var nextSequence: UInt64
    /// Messages that have arrived and were not handed out, in order.
    var pending: [LogMessage] = []
    /// The last record handed out or passed over.
    var lastIndex: UInt64
    /// The epoch of the last message.
    var epoch: UInt64
    /// The entry handed out last: a reader may come back into it.
    var lastEntry: (sequence: UInt64, firstIndex: UInt64, lastIndex: UInt64)?
}
