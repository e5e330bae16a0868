// Which routers a worker hears. A cable that is cut in one direction lets a worker's heartbeats out and no request in: its
// router sees it well and sends it everything, for nothing. Routers say something at least twice a second, so a worker
// that has not heard one for longer than that tells it, in its heartbeats, that it is not ready for it.

import Domain

public struct RouterContacts: Sendable {
    /// By the number of the link.
    private var heardAt: [MonotonicInstant]

    /// Microseconds of silence after which a router is not heard: five of its assignments.
    public static let patience: UInt64 = 2_500_000

    /// Every router gets the time to say its first word.
    public init(routers: Int, now: MonotonicInstant) {
        heardAt = Array(repeating: now, count: routers)
    }

    /// Anything came from this router.
    public mutating func heard(_ router: Int, at now: MonotonicInstant) { heardAt[router] = now }

    public func hears(_ router: Int, at now: MonotonicInstant) -> Bool {
        now.microseconds(since: heardAt[router]) <= Self.patience
    }
}
