// What units were worth when, by the broadcast log: enough to say whose prices have to follow it. The worker keeps one
// value a product and drops what has ended; here the whole list is read again each time.

import Domain

package struct StockBook {
    private var records: [(index: UInt64, at: Timestamp, values: [StockValue])] = []

    mutating func logged(_ values: [StockValue], at time: Timestamp, index: UInt64) {
        records.append((index, time, values))
    }

    /// Whether the first `index` records of the broadcast log say that a unit counts as something else than its cost.
    private func counts(_ product: String, at time: Timestamp, asOf index: UInt64) -> Bool {
        let known = records.prefix { $0.index <= index }
        guard let last = known.lastIndex(where: { $0.values.contains { $0.product == product } }),
            let value = known[last].values.last(where: { $0.product == product })
        else { return false }
        guard value.worth != PaperShop.unitCost(product) else { return false }
        // A value has ended for everybody once the log knows of a later time, whatever a worker's own clock says.
        return time < value.until && known[last...].allSatisfy { $0.at < value.until }
    }

    /// A worker has priced a line.
    /// - Returns: what is wrong with that; nil when nothing is.
    func priced(_ line: QuotedLine, of quote: Quote, broadcast index: UInt64) -> String? {
        // Nothing but an optimum asks what a unit is worth.
        guard line.reasons.contains(.optimum) else { return nil }
        let counts = counts(line.product, at: quote.issuedAt, asOf: index)
        guard line.reasons.contains(.stock) != counts else { return nil }
        return
            "by the first \(index) records a unit of \(line.product) counts as \(counts ? "what it is worth" : "its cost"), "
            + "and it was quoted as if that were not so"
    }
}
