// The policy to be judged, as lotteries over prices that were shown. A price between two levels becomes a lottery over
// both with that price as its mean: what lies between levels was never tested, and close together they say enough.
// A price beyond the levels, or in a wide gap between them, has no evidence at all.

import Domain

struct TargetPrices {
    /// Up to two levels and the share of the upper one.
    struct Lottery: Equatable {
        var lower: Int
        /// 0 to below 1, of level `lower + 1`.
        var upperShare: Double

        func share(of level: Int) -> Double {
            if level == lower { return 1 - upperShare }
            return level == lower + 1 ? upperShare : 0
        }
    }

    /// nil: nothing like that price was ever shown. (rows,)
    let lotteries: [Lottery?]

    /// Two levels further apart say nothing about what lies between.
    static let widestGap = 0.08
    /// ln(price / level) within which a price counts as the level: rounding to minor units.
    static let grain = 0.01

    /// - Parameter logPrices: ln(price / reference) asked for; (rows,).
    init(_ logPrices: [Double], _ levels: PriceLevels) {
        lotteries = logPrices.map { Self.lottery($0, levels) }
    }

    private static func lottery(_ logPrice: Double, _ levels: PriceLevels) -> Lottery? {
        let nearest = levels.nearest(to: logPrice)
        let offset = logPrice - levels.logPrices[nearest]
        if abs(offset) <= grain { return Lottery(lower: nearest, upperShare: 0) }
        let lower = offset < 0 ? nearest - 1 : nearest
        guard lower >= 0, lower + 1 < levels.count else {
            return levels.tested.contains(logPrice) ? Lottery(lower: nearest, upperShare: 0) : nil
        }
        let gap = levels.logPrices[lower + 1] - levels.logPrices[lower]
        guard gap <= widestGap else { return nil }
        return Lottery(lower: lower, upperShare: (logPrice - levels.logPrices[lower]) / gap)
    }
}
