// The freezes of one tenant, as the log tells of them. No clock: whether one is in force is asked with the time of a
// request. What has ended is dropped when a later freeze says that it is later, so that every replica drops the same
// at the same index.

import Domain

struct PriceFreezes: Equatable, Sendable {
    private var freezes = ShardedDictionary<String, PriceFreeze>()
    /// No freeze ends earlier. The earliest may have been replaced since, so this can lie too early, and replicas that
    /// hold the same freezes need not agree on it.
    private var earliestEnd: Timestamp?

    static func == (left: PriceFreezes, right: PriceFreezes) -> Bool { left.freezes == right.freezes }

    /// O(parts).
    var isEmpty: Bool { freezes.count == 0 }

    subscript(product: String) -> PriceFreeze? { freezes[product] }

    /// The latest record of a product counts. O(1), and O(freezes) when the first of them has ended.
    mutating func apply(_ freeze: PriceFreeze) {
        if freeze.isThaw {
            if !planted(.thawIgnored) { freezes[freeze.product] = nil }
        } else {
            freezes[freeze.product] = freeze
            earliestEnd = min(earliestEnd ?? freeze.until, freeze.until)
        }
        guard let earliestEnd, earliestEnd <= freeze.at else { return }
        freezes.removeAll { !$0.isInForce(at: freeze.at) }
        self.earliestEnd = freezes.keys.compactMap { freezes[$0]?.until }.min()
    }

    /// How many are in force. O(parts) until the first has ended, then O(freezes).
    func count(at time: Timestamp) -> Int {
        guard let earliestEnd else { return 0 }
        return time < earliestEnd ? freezes.count : freezes.count { $0.isInForce(at: time) }
    }

    /// Those in force, ascending by product. O(n log n).
    func page(after product: String, at time: Timestamp) -> FreezePage {
        let later = freezes.keys.filter { $0 > product && freezes[$0]?.isInForce(at: time) == true }.sorted()
        return FreezePage(
            freezes: later.prefix(Limits.freezesInPage).compactMap { freezes[$0] },
            hasMore: later.count > Limits.freezesInPage)
    }
}

extension PriceFreezes {
    func encode(to writer: inout ByteWriter) {
        writer.write(freezes.keys.sorted().compactMap { freezes[$0] }) { writer, freeze in
            writer.write(freeze.product)
            writer.write(freeze.until)
            writer.write(freeze.reason)
            writer.write(freeze.at)
        }
    }

    init(of tenant: String, from reader: inout ByteReader) throws(ByteError) {
        for _ in 0..<(try reader.readCount(minimumBytes: 24)) {
            let freeze = PriceFreeze(
                tenant: tenant, product: try reader.readString(), until: try reader.readTimestamp(),
                reason: try reader.readString(), at: try reader.readTimestamp())
            freezes[freeze.product] = freeze
            earliestEnd = min(earliestEnd ?? freeze.until, freeze.until)
        }
    }
}
