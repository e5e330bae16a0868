// The prices that were shown, relative to the reference price, as a few levels, and how often each was. Tests of
// prices usually draw from a handful; prices that vary freely are cut into as many equally frequent bins, but one that is
// shown often, such as the public one, is a level of its own.

import Domain

struct PriceLevels: Equatable, Sendable {
    /// ln(price / reference), ascending.
    let logPrices: [Double]
    /// Of the rows to which a level is nearest; positive, adding up to 1.
    let shares: [Double]
    /// From the lowest to the highest price shown, as ln(price / reference).
    let tested: ClosedRange<Double>
    /// Prices varied freely: a level stands for all that are near.
    let areBins: Bool

    private static let mostDistinct = 24
    private static let bins = 8
    /// Two relative prices closer than this are one level.
    private static let grain = 0.005

    /// - Precondition: `prices` is not empty.
    init(fitting prices: [Float]) {
        let sorted = prices.map(Double.init).sorted()
        var groups: [ArraySlice<Double>] = []
        var start = 0
        for index in 1...sorted.count where index == sorted.count || sorted[index] - sorted[index - 1] > Self.grain {
            groups.append(sorted[start..<index])
            start = index
        }
        areBins =
            groups.count > Self.mostDistinct || groups.contains { $0.last! - $0.first! > 4 * Self.grain }
        if areBins { groups = Self.bins(of: sorted) }
        tested = sorted[0]...sorted[sorted.count - 1]
        let means = groups.map { $0.reduce(0, +) / Double($0.count) }
        var counts = [Int](repeating: 0, count: means.count)
        for price in sorted { counts[Self.nearest(to: price, of: means)] += 1 }
        let used = means.indices.filter { counts[$0] > 0 }
        logPrices = used.map { means[$0] }
        shares = used.map { Double(counts[$0]) / Double(sorted.count) }
    }

    /// - Parameter sorted: ascending.
    private static func bins(of sorted: [Double]) -> [ArraySlice<Double>] {
        var groups: [ArraySlice<Double>] = []
        var start = 0
        func cut(to end: Int) {
            guard start < end else { return }
            let length = end - start
            let count = max(1, Int((Double(bins * length) / Double(sorted.count)).rounded()))
            for bin in 0..<count {
                groups.append(sorted[(start + bin * length / count)..<(start + (bin + 1) * length / count)])
            }
        }
        var first = 0
        for index in 1...sorted.count where index == sorted.count || sorted[index] != sorted[first] {
            if (index - first) * bins >= sorted.count {
                cut(to: first)
                groups.append(sorted[first..<index])
                start = index
            }
            first = index
        }
        cut(to: sorted.count)
        return groups.filter { !$0.isEmpty }
    }

    var count: Int { logPrices.count }

    /// A price kept to levels; one beyond all that were shown stays.
    func kept(_ logPrice: Double) -> Double {
        let shown = (tested.lowerBound - Self.grain)...(tested.upperBound + Self.grain)
        return shown.contains(logPrice) ? logPrices[nearest(to: logPrice)] : logPrice
    }

    /// The level nearest to a price.
    func nearest(to logPrice: Double) -> Int { Self.nearest(to: logPrice, of: logPrices) }

    private static func nearest(to logPrice: Double, of levels: [Double]) -> Int {
        levels.indices.min { abs(levels[$0] - logPrice) < abs(levels[$1] - logPrice) } ?? 0
    }
}
