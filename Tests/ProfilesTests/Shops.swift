import Domain
import Profiles

/// A shop whose shoppers belong to kinds: each kind buys from its own shelf, and now and then from any.
func shopOfKinds(_ kinds: Int, shoppers: Int = 60, items: Int = 12, seed: UInt64 = 1) -> PurchaseLog {
    var draws = Draws(seed: seed, "shop of kinds")
    var rows: [(shopper: String, item: String, quantity: Double, time: Int64)] = []
    for kind in 0..<kinds {
        for shopper in 0..<shoppers {
            for day in 0..<15 {
                let strays = draws.fraction() < 0.1
                let item = draws.below(items) + (strays ? draws.below(kinds) : kind) * items
                rows.append(("k\(kind)-\(shopper)", "i\(item)", Double(1 + draws.below(3)), Int64(day) * 86_400))
            }
        }
    }
    return PurchaseLog(rows, hasTimes: true)
}

/// Shoppers by items: weights r.
func weights(shoppers: Int, items: Int, seed: UInt64) -> SparseRows {
    var draws = Draws(seed: seed, "weights")
    let entries = (0..<(shoppers * items / 4)).map { _ in
        (row: draws.below(shoppers), column: draws.below(items), value: Double(1 + draws.below(4)))
    }
    return SparseRows(rowCount: shoppers, columnCount: items, entries: entries)
        .mapValues(ImplicitFactors.weight)
}
