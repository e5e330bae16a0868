// What has proved deadly: requests that stopped two workers, by fingerprint. Two workers may also have stopped by
// themselves at the same moment, a machine that lost its power for one, so the first sentence is short. What it was
// passed on is remembered: it comes back as a suspect, and if one more worker stops, it is not let in for long.
//
// A bounded list: it is an exception, and looking through it must cost nothing while it is empty.

import Domain

struct Quarantine: Sendable {
    private struct Sentence {
        let fingerprint: UInt64
        var refusedUntil: MonotonicInstant
        var rememberedUntil: MonotonicInstant
    }

    private var sentences: [Sentence] = []

    /// How long a fingerprint is refused at first.
    static let firstMicroseconds: UInt64 = 5_000_000
    /// How long it is refused when it has been convicted before, and how long that is remembered.
    static let microseconds: UInt64 = 600_000_000
    /// Fingerprints kept; the oldest goes first.
    private static let capacity = 1_024

    var isEmpty: Bool { sentences.isEmpty }

    mutating func add(_ fingerprint: UInt64, now: MonotonicInstant) {
        let known = sentences.firstIndex { $0.fingerprint == fingerprint }
        if let known { sentences.remove(at: known) }
        if sentences.count == Self.capacity { sentences.removeFirst() }
        let refused = now.adding(microseconds: known == nil ? Self.firstMicroseconds : Self.microseconds)
        sentences.append(
            Sentence(
                fingerprint: fingerprint, refusedUntil: refused,
                rememberedUntil: refused.adding(microseconds: Self.microseconds)))
    }

    /// Whether requests like this are refused now.
    func contains(_ fingerprint: UInt64, now: MonotonicInstant) -> Bool {
        sentences.contains { $0.fingerprint == fingerprint && now < $0.refusedUntil }
    }

    /// Whether a request like this was convicted not long ago.
    func remembers(_ fingerprint: UInt64, now: MonotonicInstant) -> Bool {
        sentences.contains { $0.fingerprint == fingerprint && now < $0.rememberedUntil }
    }

    mutating func forgetExpired(now: MonotonicInstant) {
        sentences.removeAll { $0.rememberedUntil <= now }
    }
}
