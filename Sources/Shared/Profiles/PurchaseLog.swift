import Domain

/// Purchases as a shop's files have them: who, what, how many, when.
public struct PurchaseLog: Sendable {
    public struct Row: Sendable {
        public var shopper: Int
        public var item: Int
        public var quantity: Double
        /// Seconds since 1970; 0 when the file does not say.
        public var time: Int64

        public init(shopper: Int, item: Int, quantity: Double, time: Int64) {
            self.shopper = shopper
            self.item = item
            self.quantity = quantity
            self.time = time
        }
    }

    /// Ascending.
    public let shoppers: [String]
    public let items: [String]
    /// In the file's order.
    public let rows: [Row]
    public let hasTimes: Bool

    /// - Parameter rows: with shoppers and items as the file names them.
    public init(_ rows: [(shopper: String, item: String, quantity: Double, time: Int64)], hasTimes: Bool) {
        let shoppers = Set(rows.map(\.shopper)).sorted()
        let items = Set(rows.map(\.item)).sorted()
        let shopperPlaces = Dictionary(uniqueKeysWithValues: shoppers.enumerated().map { ($1, $0) })
        let itemPlaces = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
        self.shoppers = shoppers
        self.items = items
        self.rows = rows.compactMap { row in
            guard let shopper = shopperPlaces[row.shopper], let item = itemPlaces[row.item] else { return nil }
            return Row(shopper: shopper, item: item, quantity: row.quantity, time: row.time)
        }
        self.hasTimes = hasTimes
    }

    /// Shoppers by items: quantities, added up.
    func quantities(_ rows: some Sequence<Row>) -> SparseRows {
        SparseRows(
            rowCount: shoppers.count, columnCount: items.count,
            entries: rows.map { ($0.shopper, $0.item, min($0.quantity, ProfileBundle.quantities.upperBound)) }
        ).mapValues { min($0, ProfileBundle.quantities.upperBound) }
    }

    /// Parts the rows into what is known and what is to be foretold: each shopper's last purchases, within `window`
    /// seconds of their very last. Without times, an item of each that chance names, with all its rows.
    /// - Returns: items held out, for each shopper; a shopper with nothing else keeps everything.
    func heldOut(window: Int64, seed: UInt64) -> (kept: [Row], held: [Set<Int>]) {
        var isHeld: [Bool]
        if hasTimes {
            var last = [Int64](repeating: .min, count: shoppers.count)
            for row in rows { last[row.shopper] = max(last[row.shopper], row.time) }
            isHeld = rows.map { $0.time >= last[$0.shopper] - window }
        } else {
            let bought = quantities(rows)
            let named = shoppers.indices.map { shopper in
                var draws = Draws(seed: seed, "held out item", UInt64(shopper))
                return bought[shopper][bought[shopper].startIndex + draws.below(bought[shopper].count)].column
            }
            isHeld = rows.map { $0.item == named[$0.shopper] }
        }
        var keeps = [Bool](repeating: false, count: shoppers.count)
        for (row, held) in zip(rows, isHeld) where !held { keeps[row.shopper] = true }
        var held = [Set<Int>](repeating: [], count: shoppers.count)
        var kept: [Row] = []
        for (place, row) in rows.enumerated() {
            isHeld[place] = isHeld[place] && keeps[row.shopper]
            if isHeld[place] { held[row.shopper].insert(row.item) } else { kept.append(row) }
        }
        return (kept, held)
    }
}
