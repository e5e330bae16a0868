// How far a stream, and a partition's log, is known to reach. Others may have written since, so it is a lower bound,
// except in the one comparison that a stream itself makes when a message is stored.

/// Where one stream ends.
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

/// Where a partition's log ends.
struct LogEnd: Equatable {
    var lastIndex: UInt64
    var epoch: UInt64

    /// - Parameter second: nil when the second stream was never begun.
    init(_ first: StreamEnd, _ second: StreamEnd?) {
        lastIndex = max(first.lastIndex, second?.lastIndex ?? 0)
        epoch = max(first.epoch, second?.epoch ?? 0)
    }
}
