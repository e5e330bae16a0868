// Prices shown, and what they promise. A promise binds a replica that knows of it: one that is in the log up to the
// index that an answer has seen, and one that this very process has made. In between lies the exposure window: a price
// that a worker has shown and not yet logged dies with it, and another worker may quote more. The window is
// `exposures.flush_every` and the append after it (docs/architecture.md); the tokens of such quotes stay valid. Nor does a
// promise bind a worker whose clock says that it has expired.

import Domain

package struct PromiseBook {
    private struct Place: Hashable {
        var worker: Int
        var user: KeyHash
        var product: ProductKey
    }

    private struct Promise {
        var price: Money
        var expiresAt: Timestamp
    }

    private var made: [Place: Promise] = [:]
    /// Some worker's clock was set. Whether a promise still holds is for each worker's clock to say, so from then on
    /// they need not agree.
    private var clocksDiffer = false

    /// A worker starts with nothing shown.
    package mutating func forget(worker: Int) {
        made = made.filter { $0.key.worker != worker }
    }

    /// A worker reads a partition back, and forgets what it has shown there.
    mutating func forget(worker: Int, partition: PartitionID, of partitions: Int) {
        made = made.filter { $0.key.worker != worker || $0.key.user.partition(of: partitions) != partition }
    }

    package mutating func clockWasSet() { clocksDiffer = true }

    /// A worker has priced a line.
    /// - Returns: what is wrong with that; nil when nothing is.
    mutating func shown(
        _ line: QuotedLine, of quote: Quote, by worker: Int, seen index: UInt64, _ truth: PartitionTruth
    ) -> String? {
        guard !clocksDiffer else { return nil }
        let product = ProductKey(product: line.product)
        let place = Place(worker: worker, user: quote.user.hash, product: product)
        let price = line.personalPrice
        defer { made[place] = Promise(price: price, expiresAt: quote.expiresAt) }
        if let logged = truth.price(of: product, for: quote.user, asOf: index), logged.price < price,
            logged.expiresAt > quote.issuedAt
        {
            return "\(quote.user) was promised \(logged.price.minorUnits) for \(line.product) by record \(logged.index)"
                + ", and quoted \(price.minorUnits) by a replica at index \(index)"
        }
        if let own = made[place], own.price < price, own.expiresAt > quote.issuedAt {
            return "\(quote.user) was promised \(own.price.minorUnits) for \(line.product), and quoted "
                + "\(price.minorUnits) by the same worker"
        }
        return nil
    }
}
