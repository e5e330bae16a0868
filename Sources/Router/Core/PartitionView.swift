// What a router knows of one partition: who gets its requests, and why.

import Domain

struct PartitionView: Sendable {
    let id: PartitionID
    /// The worker that gets all of its requests; nil while nobody can.
    var target: Int?
    /// The newest epoch heard of.
    var epoch: UInt64 = 0
    /// The epoch after which the target was asked to lead; nil while it leads, or was never asked.
    var askedAfter: UInt64?
    var askedAt = MonotonicInstant(microseconds: 0)
    /// Since when the target was asked to lead without an answer; nil while it leads, or was never asked.
    var leaderlessSince: MonotonicInstant?
    /// Targets that have failed to lead lately.
    var failures: [Failure] = []
    /// Nil while somebody leads.
    var stranded: Stranding?
    /// Somebody has claimed the newest epoch, and may take until then to say that it leads.
    var leaderExpectedUntil = MonotonicInstant(microseconds: 0)
    /// The target does not lead, and was not asked to when it was given writes: they wait until it says that it does.
    var holdsWrites = false
    /// Requests that wait for a worker, suspects not counted.
    var parked = 0
    /// Requests that a worker may have died of, not answered yet.
    var suspects = 0
    /// When the target last changed.
    var movedAt = MonotonicInstant(microseconds: 0)

    struct Failure: Sendable {
        var worker: Int
        /// How long that is remembered.
        var until: MonotonicInstant
    }

    /// Nobody has been seen to lead for a while.
    struct Stranding: Sendable {
        var since: MonotonicInstant
        /// Whether some replica could lead. Until one has read the partition, the time that this takes does not count
        /// against those that have.
        var isRead: Bool
    }

    init(id: PartitionID) { self.id = id }
}
