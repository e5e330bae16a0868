// What pricing keeps between carts so that each cart need not compute it again.

import Domain
import Features
import Models

struct ServingModel: Sendable {
    let bundle: ModelBundle
    let checksum: UInt64
    var items = ItemCache()

    mutating func item(tenant: String, row: CatalogueRow, prices: PriceHistory, week: Int32) -> ItemCache.Entry {
        items.entry(tenant: tenant, row: row, prices: prices, week: week, bundle: bundle)
    }
}

/// Where the rows of a cart are filled in. Sized for the largest cart and the widest model so far.
struct ScoringScratch: Sendable {
    /// Shape: (lines, F) row-major.
    var rows = [Float](repeating: 0, count: Limits.cartLines * FeatureSchema.count)

    mutating func reserve(width: Int) {
        let missing = Limits.cartLines * width - rows.count
        if missing > 0 { rows.append(contentsOf: repeatElement(0, count: missing)) }
    }
}

/// The market side of each product, computed once per week, price change and model instead of once per cart.
struct ItemCache: Sendable {
    struct Key: Hashable {
        let tenant: String
        let product: String
    }

    struct Entry {
        let week: Int32
        let effectiveAt: Timestamp
        /// nil when the model does not know the product.
        let item: ItemContext?
        let population: [Float]
        /// Where a model of profiles knows it.
        let profile: Int?
    }

    private var entries: [Key: Entry] = [:]

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    mutating func entry(
        tenant: String, row: CatalogueRow, prices: PriceHistory, week: Int32, bundle: ModelBundle
    ) -> Entry {
        let key = Key(tenant: tenant, product: row.product)
        if let entry = entries[key], entry.week == week, entry.effectiveAt == row.effectiveAt { return entry }
        let entry = Self.entry(row: row, prices: prices, week: week, bundle: bundle)
        entries[key] = entry
        return entry
    }

    private static func entry(row: CatalogueRow, prices: PriceHistory, week: Int32, bundle: ModelBundle) -> Entry {
        let product = ProductKey(product: row.product)
        if let profiles = bundle.profiles {
            let profile = profiles.rows.items.entry(product.value)
            let item = profile.map { _ in ItemContext(row: row, history: prices, week: week, logitRate: 0, index: 0) }
            return Entry(week: week, effectiveAt: row.effectiveAt, item: item, population: [], profile: profile)
        }
        let statistics = bundle.statistics(of: product)
        let item = statistics.map { statistics in
            ItemContext(
                row: row, history: prices, week: week, logitRate: statistics.logitRate, index: statistics.index)
        }
        return Entry(
            week: week, effectiveAt: row.effectiveAt, item: item, population: statistics?.population ?? [],
            profile: nil)
    }
}
