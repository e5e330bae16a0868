// How soon a replica may claim. Routers that see different things may ask different workers to lead, and every claim
// interrupts a partition for a moment; so after each change of leader a replica holds off, and longer while changes
// keep following one another closely: two views cannot make leadership flap. Safety does not rest on this.

import Domain

struct ClaimPacing: Equatable, Sendable {
    private var lastChange: MonotonicInstant?
    private var holdOff = Self.shortestHoldOff
    private var retryAt: MonotonicInstant?

    /// Microseconds.
    static let shortestHoldOff: UInt64 = 250_000
    static let longestHoldOff: UInt64 = 4_000_000

    /// The epoch has changed while this replica watched.
    mutating func epochChanged(_ now: MonotonicInstant) {
        if let lastChange, now.microseconds(since: lastChange) < 2 * holdOff {
            holdOff = min(2 * holdOff, Self.longestHoldOff)
        } else {
            holdOff = Self.shortestHoldOff
        }
        lastChange = now
        retryAt = nil
    }

    /// The log could not write a claim, although nobody else had claimed.
    mutating func claimFailed(_ now: MonotonicInstant) {
        retryAt = now.adding(microseconds: Self.shortestHoldOff)
    }

    /// When a claim is acceptable; nil when at once, because no change has been seen.
    var earliestClaim: MonotonicInstant? {
        [lastChange?.adding(microseconds: holdOff), retryAt].compactMap(\.self).max()
    }

    func allowsClaim(at now: MonotonicInstant) -> Bool { earliestClaim.map { $0 <= now } ?? true }
}
