// Prices that know less of a shopper than was known before: a worker answered that had not read the shopper's behaviour,
// or had no model yet. Seen from outside, by the level of the answers to the same cart of the same client.

import Domain

struct ColdAnswers {
    /// By cart, the most personal level yet, and when it was answered first.
    private var best: [Int: (level: PriceLevel, at: MonotonicInstant)] = [:]

    /// - Parameter operation: of one client, in the order of sending.
    /// - Returns: whether it was answered less personally than one that had ended before it was sent.
    mutating func notes(_ operation: Operation) -> Bool {
        guard case .price(let cart, _) = operation.request, case .priced(let price) = operation.outcome,
            let endedAt = operation.endedAt
        else { return false }
        guard let known = best[cart], known.level <= price.level else {
            best[cart] = (price.level, endedAt)
            return false
        }
        return known.level < price.level && known.at <= operation.sentAt
    }
}
