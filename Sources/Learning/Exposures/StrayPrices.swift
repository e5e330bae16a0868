// Prices that hardly anybody was shown: a slip of the pen, or a test that had just begun. One of them would stretch the
// range in which prices may move to a place of which nothing is known, so their rows are dropped, and it is said.

import Domain

enum StrayPrices {
    /// Two relative prices closer than this are one.
    private static let grain = 0.005
    /// A price needs this many rows, and this share of all.
    private static let fewestRows = 20
    private static let leastShare = 0.002
    /// Where more rows than this are at rare prices, prices vary freely, and rare means far out.
    private static let mostStray = 0.02
    /// Of the range that holds all but the leastShare on either side: how far out.
    private static let reach = 0.25

    /// - Parameter logPrices: ln(price / reference).
    /// - Returns: the rows, ascending.
    static func rows(_ logPrices: [Float]) -> [Int] {
        let order = logPrices.indices.sorted { (logPrices[$0], $0) < (logPrices[$1], $1) }
        guard !order.isEmpty else { return [] }
        let fewest = max(fewestRows, Int(leastShare * Double(order.count)))
        var rare: [Int] = []
        var start = 0
        for end in 1...order.count
        where end == order.count || Double(logPrices[order[end]] - logPrices[order[end - 1]]) > grain {
            if end - start < fewest { rare += order[start..<end] }
            start = end
        }
        if Double(rare.count) <= mostStray * Double(order.count) { return rare.sorted() }
        let tail = Int(leastShare * Double(order.count))
        let (low, high) = (logPrices[order[tail]], logPrices[order[order.count - 1 - tail]])
        let margin = Float(reach) * (high - low)
        return order.filter { logPrices[$0] < low - margin || logPrices[$0] > high + margin }.sorted()
    }
}
