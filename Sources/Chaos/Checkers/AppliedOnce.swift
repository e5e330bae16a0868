// I1, the other half: an event counts once, however often it was sent and wherever it lies. Acknowledgements may
// count it as new once at most, and a shopper's state counts as many baskets as the log has different events.

import Domain

public enum AppliedOnce: Checker {
    public static let name = "AppliedOnce"

    public static func evidence(in findings: Findings) -> [String] {
        var evidence: [String] = []
        for (id, operation) in findings.history.all {
            guard case .events(_, let events) = operation.request,
                case .acknowledged(let acknowledgement) = operation.outcome
            else { continue }
            let counted = Int(acknowledgement.accepted) + Int(acknowledgement.duplicates)
            if counted != events.count {
                evidence.append(
                    "\(id): \(events.count) events were acknowledged as \(acknowledgement.accepted) new and "
                        + "\(acknowledgement.duplicates) known")
            }
        }
        var logged: [UserKey: Set<EventID>] = [:]
        for batch in findings.recovered.batches { logged[batch.user, default: []].formUnion(batch.events) }
        for shopper in findings.recovered.baskets.keys.sorted() {
            let user = findings.shop.shoppers[shopper]
            let expected = logged[user]?.count ?? 0
            let found = findings.recovered.baskets[shopper] ?? 0
            if found != expected {
                evidence.append("\(user) has \(expected) different events in the log and \(found) in the state")
            }
        }
        return evidence
    }
}
