// What must hold in every run, whatever fails. Each case says where it is checked.

import Domain

public enum Invariant: String, Sendable, CaseIterable {
    /// An acknowledged event is in the log at or before the index acknowledged, and in every state from there on.
    case acknowledgedIsRecovered = "AcknowledgedIsRecovered"
    /// An event counts once, however often it was sent and wherever it was replayed.
    case appliedOnce = "AppliedOnce"
    /// Corrections are what the outcomes in the log make of them, each counted once.
    case outcomesCountOnce = "OutcomesCountOnce"
    /// One shopper's writes through one router come into the log in the order in which they were sent.
    case userOrder = "UserOrder"
    /// Whoever appends holds the newest epoch, and no two workers ever hold the same one.
    case staleLeaderNeverWrites = "StaleLeaderNeverWrites"
    /// Every request gets one answer, by its deadline.
    case oneAnswerByDeadline = "OneAnswerByDeadline"
    /// What was reported as refused never happened: a timeout is unknown.
    case unknownIsNotFailed = "UnknownIsNotFailed"
    /// What one worker promised, every worker verifies until it expires.
    case quoteVerifiesEverywhere = "QuoteVerifiesEverywhere"
    /// Replicas at the same index hold the same bytes, and those that the log folds to.
    case replicasAtSameIndexAreIdentical = "ReplicasAtSameIndexAreIdentical"
    /// A damaged record is found, never served and never skipped.
    case corruptIsNeverServed = "CorruptIsNeverServed"
    /// Floor ≤ price ≤ list price, of a row that is in the log.
    case pricesWithinGuardrails = "PricesWithinGuardrails"
    /// A price is not raised while an earlier, lower one that this replica knows of still holds.
    case neverRaisedWhilePromised = "NeverRaisedWhilePromised"
    /// Prices of a product are marked as frozen exactly while the broadcast log, as far as the worker has read it, says
    /// so; a frozen price is the one that was shown last, or the list price where that is lower or nothing was shown.
    case frozenPricesStay = "FrozenPricesStay"
    /// An optimum takes a unit to cost what it is worth exactly while the broadcast log, as far as the worker has read it,
    /// says so.
    case pricesFollowTheShelf = "PricesFollowTheShelf"
    /// An answer has seen the index that was asked for.
    case readsItsOwnWrites = "ReadsItsOwnWrites"
    /// A request is quarantined only after two workers have gone while they held it, and takes no more with it.
    case twoDeathsConvict = "TwoDeathsConvict"
    /// Once a core of the cluster is well, every partition answers, whatever stays broken.
    case progress = "Progress"
}

public struct Violation: Error, Sendable, CustomStringConvertible {
    public var invariant: Invariant
    /// Microseconds of simulated time.
    public var time: UInt64
    /// The low half of the id of the request that it showed at; 0 for none.
    public var request: UInt64
    public var partition: PartitionID?
    public var text: String

    public init(invariant: Invariant, time: UInt64, request: UInt64, partition: PartitionID?, text: String) {
        self.invariant = invariant
        self.time = time
        self.request = request
        self.partition = partition
        self.text = text
    }

    public var description: String {
        "\(invariant.rawValue) after \(Double(time / 1_000) / 1_000) s: \(text)"
    }
}
