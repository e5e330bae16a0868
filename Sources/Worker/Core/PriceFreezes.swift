// The freezes of one tenant.

import Domain

typealias PriceFreezes = LastingEntries<PriceFreeze>

extension PriceFreeze: LastingEntry {}

extension PriceFreezes {
    mutating func apply(_ freeze: PriceFreeze) {
        guard !(freeze.isThaw && planted(.thawIgnored)) else { return }
        apply(freeze, at: freeze.at)
    }

    /// Those in force, ascending by product. O(n log n).
    func page(after product: String, at time: Timestamp) -> FreezePage {
        let later = ascending.filter { $0.product > product && $0.isInForce(at: time) }
        return FreezePage(
            freezes: Array(later.prefix(Limits.freezesInPage)), hasMore: later.count > Limits.freezesInPage)
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(ascending) { writer, freeze in
            writer.write(freeze.product)
            writer.write(freeze.until)
            writer.write(freeze.reason)
            writer.write(freeze.at)
        }
    }

    init(of tenant: String, from reader: inout ByteReader) throws(ByteError) {
        self.init(
            try reader.readArray(minimumBytes: 24) { reader throws(ByteError) in
                PriceFreeze(
                    tenant: tenant, product: try reader.readString(), until: try reader.readTimestamp(),
                    reason: try reader.readString(), at: try reader.readTimestamp())
            })
    }
}
