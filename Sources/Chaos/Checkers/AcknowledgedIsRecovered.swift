// I1, the set checker of Jepsen (Kingsbury): what was acknowledged is there, and nothing is there that nobody sent.

import Domain

public enum AcknowledgedIsRecovered: Checker {
    public static let name = "AcknowledgedIsRecovered"

    public static func evidence(in findings: Findings) -> [String] {
        let log = LogPositions(findings.recovered)
        var evidence: [String] = []
        var sent: [EventID: Int] = [:]
        for (id, operation) in findings.history.all {
            guard case .events(let shopper, let events) = operation.request else { continue }
            for event in events { sent[event] = shopper }
            guard case .acknowledged(let acknowledgement) = operation.outcome else { continue }
            for event in events {
                guard let position = log[event] else {
                    evidence.append(
                        "\(id): event \(hexadecimal(event.value)) of \(findings.shop.shoppers[shopper]) was acknowledged at "
                            + "partition \(acknowledgement.partition) index \(acknowledgement.index) and is not in the log"
                    )
                    continue
                }
                // An acknowledged duplicate lies before the index that acknowledges it.
                if position.partition != acknowledgement.partition || position.index > acknowledgement.index {
                    evidence.append(
                        "\(id): event \(hexadecimal(event.value)) was acknowledged at partition "
                            + "\(acknowledgement.partition) index \(acknowledgement.index) and lies at \(position)")
                }
            }
        }
        for event in log.events {
            let found = log.user(of: event)
            if let shopper = sent[event] {
                let user = findings.shop.shoppers[shopper]
                if found != user {
                    evidence.append(
                        "event \(hexadecimal(event.value)) of \(user) lies in the log under "
                            + "\(found?.description ?? "nobody")")
                }
            } else if let position = log[event] {
                evidence.append("event \(hexadecimal(event.value)) at \(position) was sent by nobody")
            }
        }
        return evidence
    }
}
