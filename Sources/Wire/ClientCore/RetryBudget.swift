/// A token bucket that bounds retries to a fifth of the calls, so that clients do not keep up an outage that
/// their first requests caused. Counted in fifths of a retry, so that it stays whole.
///
/// Source: Site Reliability Engineering (Beyer and others, 2016), chapter 21, "client-side retry budget".
public struct RetryBudget: Equatable, Sendable {
    private var fifths: Int
    private var capacity: Int

    private static let retryCost = 5

    /// Full.
    /// - Parameter retries: as many can follow one another at most.
    public init(retries: Int = 10) {
        capacity = retries * Self.retryCost
        fifths = capacity
    }

    /// Retries that it allows at this moment.
    public var retries: Int { fifths / Self.retryCost }

    /// A call began.
    mutating func earn() { fifths = min(capacity, fifths + 1) }

    /// Pays for a retry, if it can.
    mutating func spend() -> Bool {
        guard fifths >= Self.retryCost else { return false }
        fifths -= Self.retryCost
        return true
    }

    /// The retry did not leave.
    mutating func refund() { fifths = min(capacity, fifths + Self.retryCost) }

    /// Lets so many calls that are under way at once move to another router together.
    mutating func cover(calls: Int) {
        let needed = calls * Self.retryCost
        guard needed > capacity else { return }
        fifths += needed - capacity
        capacity = needed
    }
}
