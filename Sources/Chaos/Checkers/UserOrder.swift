// A shopper's events keep their order: a batch that was sent after another's acknowledgement lies after it.

import Domain

public enum UserOrder: Checker {
    public static let name = "UserOrder"

    private struct Batch {
        var id: OperationID
        var sentAt: MonotonicInstant
        /// nil when it was not acknowledged.
        var acknowledgedAt: MonotonicInstant?
        /// Where its first and last events lie.
        var first: LogPosition
        var last: LogPosition
    }

    public static func evidence(in findings: Findings) -> [String] {
        let log = LogPositions(findings.recovered)
        var batches: [Int: [Batch]] = [:]
        for (id, operation) in findings.history.all {
            guard case .events(let shopper, let events) = operation.request else { continue }
            let positions = events.compactMap { log[$0] }
            guard let first = positions.min(), let last = positions.max() else { continue }
            var batch = Batch(id: id, sentAt: operation.sentAt, first: first, last: last)
            if case .acknowledged = operation.outcome { batch.acknowledgedAt = operation.endedAt }
            batches[shopper, default: []].append(batch)
        }
        return batches.keys.sorted().flatMap { shopper in
            evidence(of: batches[shopper] ?? [], user: findings.shop.shoppers[shopper])
        }
    }

    /// Walks the sends and acknowledgements of one shopper in time, with the furthest acknowledged position so far.
    private static func evidence(of batches: [Batch], user: UserKey) -> [String] {
        let sent = batches.sorted { $0.sentAt < $1.sentAt }
        let acknowledged =
            batches.filter { $0.acknowledgedAt != nil }
            .sorted { ($0.acknowledgedAt ?? $0.sentAt) < ($1.acknowledgedAt ?? $1.sentAt) }
        var evidence: [String] = []
        var next = 0
        var furthest: Batch?
        for batch in sent {
            while next < acknowledged.count, let at = acknowledged[next].acknowledgedAt, at <= batch.sentAt {
                if furthest.map({ $0.last < acknowledged[next].last }) ?? true { furthest = acknowledged[next] }
                next += 1
            }
            if let furthest, batch.first <= furthest.last {
                evidence.append(
                    "\(batch.id) of \(user) was sent after \(furthest.id) was acknowledged at \(furthest.last) and "
                        + "lies at \(batch.first)")
            }
        }
        return evidence
    }
}
