/// What distinguishes a segment, in a reader's words.
public struct SegmentSummary: Equatable, Sendable {
    public struct Item: Equatable, Sendable {
        public var item: Int
        /// Its share of the different things that the segment's shoppers buy, and that all do. Not of shoppers: a
        /// segment of small baskets would then buy less of everything.
        public var share: Double
        public var shareOfAll: Double
    }

    public var shoppers: Int
    public var medianQuantity: Double
    /// How many different items.
    public var medianItems: Int
    /// What the segment buys more than all do, by difference of the shares, at most three.
    public var more: [Item]

    static func all(_ clustering: Clustering, _ quantities: SparseRows) -> [SegmentSummary] {
        var members = [[Int]](repeating: [], count: clustering.centres.count)
        for (shopper, group) in clustering.groups.enumerated() { members[group].append(shopper) }
        let usual = shares(Array(0..<quantities.count), quantities)
        return members.map { shoppers in
            let own = shares(shoppers, quantities)
            let more = own.indices.filter { own[$0] > usual[$0] }
                .sorted { (own[$1] - usual[$1], $0) < (own[$0] - usual[$0], $1) }
            return SegmentSummary(
                shoppers: shoppers.count,
                medianQuantity: median(shoppers.map { shopper in quantities[shopper].reduce(0) { $0 + $1.value } }),
                medianItems: Int(median(shoppers.map { Double(quantities[$0].count) })),
                more: more.prefix(3).map { Item(item: $0, share: own[$0], shareOfAll: usual[$0]) })
        }
    }

    private static func shares(_ shoppers: [Int], _ quantities: SparseRows) -> [Double] {
        var buyers = [Double](repeating: 0, count: quantities.columnCount)
        for shopper in shoppers { for cell in quantities[shopper] { buyers[cell.column] += 1 } }
        let total = max(buyers.reduce(0, +), 1)
        return buyers.map { $0 / total }
    }

    /// Of an even number the upper one of the two in the middle.
    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
