// What groups of shoppers would pay under a model, over what everybody would pay for the same product, so that the mean
// differs between groups only by how the model sees their members. Demographic parity of prices; equal treatment of
// equals needs the columns that tell who is equal, and a model's own are no judge of that.

import Domain

/// Mean personal price over public price, by group of shoppers.
struct GroupPrices {
    /// Smaller groups say nothing.
    static let fewestShoppers = 30
    /// Shoppers asked about of each group.
    private static let mostShoppers = 2_000

    /// Of groups with enough shoppers.
    private(set) var means: [Double] = []

    /// - Parameter groups: of each row's shopper; nil for one whose group is not known.
    init(_ model: JudgedModel, _ rows: JudgedRows, groups: (Int) -> Int?) {
        var shoppers: [Int: Set<UInt32>] = [:]
        var sums: [Int: (ratio: Double, rows: Int)] = [:]
        for (row, shopper) in rows.shoppers.enumerated() {
            guard let group = groups(row) else { continue }
            let asked = shoppers[group, default: []]
            guard asked.contains(shopper) || asked.count < Self.mostShoppers else { continue }
            guard let price = model.price(row), let usual = rows.publicPrice(row) else { continue }
            shoppers[group, default: []].insert(shopper)
            sums[group, default: (0, 0)].ratio += price / usual
            sums[group, default: (0, 0)].rows += 1
        }
        means = sums.keys.sorted().compactMap { group in
            guard let sum = sums[group], shoppers[group, default: []].count >= Self.fewestShoppers else { return nil }
            return sum.ratio / Double(sum.rows)
        }
    }

    /// Between the dearest and the cheapest group; nil when there are not two.
    var gap: Double? {
        guard means.count > 1, let highest = means.max(), let lowest = means.min() else { return nil }
        return highest - lowest
    }
}
