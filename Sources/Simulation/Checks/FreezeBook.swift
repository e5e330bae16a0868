// What was frozen when, by the broadcast log, and what each worker has shown: enough to say what a frozen line has to
// cost. The worker keeps one freeze a product and drops what has ended; here the whole list is read again each time.
//
// A worker knows a price from the log, up to the index that it has applied, or because it has shown it itself. Which of
// the two binds is `RememberedQuote`'s business and judged by the promises; here either one will do, and any third one
// is a price that was moved. What it has shown and nobody has logged it may forget once the quote has expired, by its
// own clock.

import Domain

package struct FreezeBook {
    private struct Place: Hashable {
        var worker: Int
        var user: UserKey
        var product: String
    }

    private var freezes: [(index: UInt64, freeze: PriceFreeze)] = []
    private var shown: [Place: (price: Money, expiresAt: Timestamp)] = [:]
    /// Some worker's clock was set, and may have shown for a moment that everything has expired.
    private var clocksDiffer = false

    mutating func logged(_ freeze: PriceFreeze, at index: UInt64) { freezes.append((index, freeze)) }

    mutating func clockWasSet() { clocksDiffer = true }

    /// A worker starts with nothing shown.
    mutating func forget(worker: Int) { shown = shown.filter { $0.key.worker != worker } }

    /// A worker reads a partition back, and forgets what it has shown there.
    mutating func forget(worker: Int, partition: PartitionID, of partitions: Int) {
        shown = shown.filter { $0.key.worker != worker || $0.key.user.hash.partition(of: partitions) != partition }
    }

    /// Whether the first `index` records of the broadcast log say that prices of a product do not move at `time`.
    private func isFrozen(_ product: String, at time: Timestamp, asOf index: UInt64) -> Bool {
        let known = freezes.prefix { $0.index <= index }
        guard let last = known.lastIndex(where: { $0.freeze.product == product }) else { return false }
        let freeze = known[last].freeze
        // A freeze has ended for everybody once the log knows of a later time, whatever a worker's own clock says.
        return time < freeze.until && known[last...].allSatisfy { $0.freeze.at < freeze.until }
    }

    /// A worker has priced a line.
    /// - Returns: what is wrong with that; nil when nothing is.
    mutating func shown(
        _ line: QuotedLine, of quote: Quote, by worker: Int, seen index: UInt64, broadcast broadcastIndex: UInt64,
        _ truth: PartitionTruth
    ) -> String? {
        let place = Place(worker: worker, user: quote.user, product: line.product)
        defer { shown[place] = (line.personalPrice, quote.expiresAt) }
        // The control arm sees the list price, whatever moves.
        guard !line.reasons.contains(.controlArm) else { return nil }
        let isFrozen = isFrozen(line.product, at: quote.issuedAt, asOf: broadcastIndex)
        guard line.reasons.contains(.frozen) == isFrozen else {
            return "\(line.product) is \(isFrozen ? "" : "not ")frozen by the first \(broadcastIndex) records, and was "
                + "quoted as if it were\(isFrozen ? " not" : "")"
        }
        let product = ProductKey(product: line.product)
        guard isFrozen, truth.remembersPrices(of: product, for: quote.user, asOf: index) else { return nil }
        let own = shown[place]
        let logged = truth.price(of: product, for: quote.user, asOf: index)?.price
        let known = [own?.price, logged].compactMap(\.self)
        var allowed = known.map { min($0, line.listPrice) }
        let mayBeForgotten = own.map { $0.expiresAt <= quote.issuedAt || clocksDiffer } ?? true
        if logged == nil, mayBeForgotten { allowed.append(line.listPrice) }
        guard allowed.contains(line.personalPrice) else {
            return "\(line.product) is frozen, \(quote.user) was shown "
                + "\(known.map { "\($0.minorUnits)" }.joined(separator: " and ")), and quoted "
                + "\(line.personalPrice.minorUnits) at a list price of \(line.listPrice.minorUnits)"
        }
        return nil
    }
}
