import Domain

/// One fault that was done, or could not be.
public struct FaultRecord: Sendable {
    /// What the plan calls it.
    public var name: String
    public var kind: FaultKind
    /// Whom it hit, for example `w2` or `w1 ↔ r1`.
    public var target: String
    public var startedAt: MonotonicInstant
    /// When it was undone; the same instant for what is over at once.
    public var healedAt: MonotonicInstant
    /// What the victim led when it was hit.
    public var partitions: [PartitionID]
    /// Why it was not done.
    public var skipped: String?

    public init(
        name: String, kind: FaultKind, target: String, startedAt: MonotonicInstant, healedAt: MonotonicInstant,
        partitions: [PartitionID] = [], skipped: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.target = target
        self.startedAt = startedAt
        self.healedAt = healedAt
        self.partitions = partitions
        self.skipped = skipped
    }

    /// How long after a fault, and after its end, answers still count as given under it.
    public static let aftermathMicroseconds: UInt64 = 2_000_000

    /// When the cluster shall be as if nothing had happened.
    public var endOfWindow: MonotonicInstant { healedAt.adding(microseconds: Self.aftermathMicroseconds) }

    /// Whether something that took from `start` to `end` touched this fault's window.
    public func touches(from start: MonotonicInstant, to end: MonotonicInstant) -> Bool {
        skipped == nil && start < endOfWindow && startedAt <= end
    }
}
