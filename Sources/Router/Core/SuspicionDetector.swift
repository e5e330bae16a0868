// Is that worker still there? The phi-accrual failure detector (Hayashibara, Défago, Yared and Katayama, 2004):
// instead of one time-out for all, the silence is weighed against how regular the heartbeats have been. φ is
// −log₁₀ of the probability that a heartbeat comes even later than now; 8 means one wrong suspicion in a hundred
// million heartbeats, were they normally distributed. They are not on a shared machine, so the deviation has a floor,
// and a fixed silence is the limit whatever the history says.
//
// A process that was itself asleep sees everybody silent. The caller passes how late it was, and that much silence
// does not count.

import Domain
import Glibc

struct SuspicionDetector: Sendable {
    private let limitMicroseconds: Double
    private let leastDeviation: Double
    private var mean: Double
    private var variance: Double
    private var lastHeard: MonotonicInstant?
    /// Silence that was our own.
    private var excusedMicroseconds: Double = 0

    /// φ from which a worker is suspected.
    static let threshold = 8.0
    /// Weight of the newest interval: about the last fifty count.
    private static let decay = 0.04

    init(expectedMicroseconds: UInt64, limitMicroseconds: UInt64) {
        mean = Double(expectedMicroseconds)
        self.limitMicroseconds = Double(limitMicroseconds)
        leastDeviation = mean * 0.75
        variance = leastDeviation * leastDeviation
    }

    mutating func heard(at now: MonotonicInstant) {
        if let lastHeard {
            // One outage must not make the detector blind to the next one.
            let interval = min(silence(at: now, since: lastHeard), limitMicroseconds)
            let difference = interval - mean
            mean += Self.decay * difference
            variance = (1 - Self.decay) * (variance + Self.decay * difference * difference)
        }
        lastHeard = now
        excusedMicroseconds = 0
    }

    /// This process was late by so much: nobody could be heard. What has been heard since is not silence to excuse.
    mutating func excuse(microseconds: UInt64, at now: MonotonicInstant) {
        guard let lastHeard else { return }
        excusedMicroseconds = min(
            excusedMicroseconds + Double(microseconds), Double(now.microseconds(since: lastHeard)))
    }

    /// Whether the silence has become suspicious. Never before the first heartbeat.
    func isSuspicious(at now: MonotonicInstant) -> Bool {
        guard let lastHeard else { return false }
        let silence = silence(at: now, since: lastHeard)
        // A silence no longer than usual is never suspicious, and most looks find one: they cost no logarithm.
        return silence > limitMicroseconds || silence > mean && phi(after: silence) > Self.threshold
    }

    private func silence(at now: MonotonicInstant, since earlier: MonotonicInstant) -> Double {
        max(0, Double(now.microseconds(since: earlier)) - excusedMicroseconds)
    }

    private func phi(after silence: Double) -> Double {
        let deviation = max(leastDeviation, variance.squareRoot())
        let tail = 0.5 * erfc((silence - mean) / (deviation * 2.0.squareRoot()))
        return tail > 0 ? -log10(tail) : .infinity
    }
}
