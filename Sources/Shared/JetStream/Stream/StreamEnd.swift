// How far a partition's stream is known to reach. Others may have written since, so it is a lower bound, except in
// the one comparison that the stream itself makes when a message is stored.

struct StreamEnd: Equatable {
    /// Of the last message; 0 for a stream without any.
    var sequence: UInt64
    /// Of the last record.
    var lastIndex: UInt64
    /// The newest claim's.
    var epoch: UInt64
    /// Where that claim lies.
    var claimSequence: UInt64

    static let empty = StreamEnd(sequence: 0, lastIndex: 0, epoch: 0, claimSequence: 0)
}

extension StreamEnd {
    init(_ message: LogMessage) {
        self.init(
            sequence: message.sequence, lastIndex: message.lastIndex, epoch: message.epoch,
            claimSequence: message.claimSequence)
    }
}
