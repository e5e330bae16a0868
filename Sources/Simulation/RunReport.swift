import Domain

/// What one run came to.
public struct RunReport: Sendable {
    public var seed: UInt64
    /// Of simulated time, the end that demands progress included.
    public var microseconds: UInt64
    /// How long faults struck, or would have.
    public var askedMicroseconds: UInt64
    public var counts: RunCounts
    /// Equal for equal runs.
    public var digest: UInt64
    public var violation: Violation?

    public init(
        seed: UInt64, microseconds: UInt64, askedMicroseconds: UInt64, counts: RunCounts, digest: UInt64,
        violation: Violation?
    ) {
        self.seed = seed
        self.microseconds = microseconds
        self.askedMicroseconds = askedMicroseconds
        self.counts = counts
        self.digest = digest
        self.violation = violation
    }
}

public struct RunCounts: Sendable {
    public var events: UInt64 = 0
    public var messages: UInt64 = 0
    public var records: UInt64 = 0
    public var calls = 0
    public var answered = 0
    public var prices = 0
    public var refused = 0
    public var unknown = 0
    public var acknowledgedEvents = 0
    /// Processes that ended by themselves: a failed sync, a corrupt record, a request of death.
    public var workersStopped = 0
    public var faults: [FaultKind: Int] = [:]
    public var refusals: [RefusalCode: Int] = [:]

    public init() {}

    public mutating func add(_ other: RunCounts) {
        events += other.events
        messages += other.messages
        records += other.records
        calls += other.calls
        answered += other.answered
        prices += other.prices
        refused += other.refused
        unknown += other.unknown
        acknowledgedEvents += other.acknowledgedEvents
        workersStopped += other.workersStopped
        faults.merge(other.faults, uniquingKeysWith: +)
        refusals.merge(other.refusals, uniquingKeysWith: +)
    }
}
