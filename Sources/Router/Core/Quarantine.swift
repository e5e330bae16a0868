// What has proved deadly: requests that stopped two workers, by fingerprint. A bounded list: it is an exception, and
// looking through it must cost nothing while it is empty.

import Domain

struct Quarantine: Sendable {
    private var sentences: [(fingerprint: UInt64, until: MonotonicInstant)] = []

    /// How long a fingerprint is refused.
    static let microseconds: UInt64 = 600_000_000
    /// Fingerprints kept; the oldest goes first.
    private static let capacity = 1_024

    var isEmpty: Bool { sentences.isEmpty }

    mutating func add(_ fingerprint: UInt64, now: MonotonicInstant) {
        if sentences.count == Self.capacity { sentences.removeFirst() }
        sentences.append((fingerprint, now.adding(microseconds: Self.microseconds)))
    }

    func contains(_ fingerprint: UInt64, now: MonotonicInstant) -> Bool {
        sentences.contains { $0.fingerprint == fingerprint && now < $0.until }
    }

    mutating func forgetExpired(now: MonotonicInstant) {
        sentences.removeAll { $0.until <= now }
    }
}
