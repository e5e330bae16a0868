// What pricing keeps between carts so that each cart need not compute it again.

import Domain
import Features
import Models

struct ServingModel: Sendable {
    let bundle: ModelBundle
    let checksum: UInt64
    let slopeErrors: SlopeErrors?
    private var items = ItemCache()
    private var categories = CategoryCache()

    init(bundle: ModelBundle, checksum: UInt64) {
        self.bundle = bundle
        self.checksum = checksum
        slopeErrors = bundle.information.slopeErrors
    }

    /// Forgets what was computed from the catalogue.
    mutating func catalogueChanged() {
        items.removeAll()
        categories.removeAll()
    }

    /// Computes what the first cart with this product would need.
    mutating func prepare(_ product: String, in catalogue: Catalogue, _ moment: MarketMoment) {
        guard let entry = catalogue[product], let row = entry.row(at: moment.now) else { return }
        _ = item(row, prices: entry.prices, moment)
        // A model of profiles has no habits to compare with.
        if bundle.profiles == nil { _ = category(row.category, in: catalogue, moment) }
    }

    mutating func item(_ row: CatalogueRow, prices: PriceHistory, _ moment: MarketMoment) -> ItemCache.Entry {
        items.entry(row, prices: prices, moment, bundle)
    }

    /// - Parameter catalogue: of the moment's tenant.
    mutating func category(
        _ name: String, in catalogue: Catalogue, _ moment: MarketMoment
    ) -> CategoryContext {
        categories.context(of: name, in: catalogue, moment, &items, bundle)
    }
}

/// Whose market, and when.
struct MarketMoment: Sendable {
    let tenant: String
    let now: Timestamp
    let week: Int32
    let calendar: ShopCalendar
}

/// Where the rows of a cart are filled in. Sized for the largest cart and the widest model so far.
struct ScoringScratch: Sendable {
    /// Shape: (lines, F) row-major.
    var rows = [Float](repeating: 0, count: Limits.cartLines * FeatureSchema.count)
    /// Of the cart's shopper, by category.
    var habits: [String: CategoryHabit] = [:]

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
        _ row: CatalogueRow, prices: PriceHistory, _ moment: MarketMoment, _ bundle: ModelBundle
    ) -> Entry {
        let key = Key(tenant: moment.tenant, product: row.product)
        if let entry = entries[key], entry.week == moment.week, entry.effectiveAt == row.effectiveAt { return entry }
        let entry = Self.entry(row, prices: prices, moment, bundle)
        entries[key] = entry
        return entry
    }

    private static func entry(
        _ row: CatalogueRow, prices: PriceHistory, _ moment: MarketMoment, _ bundle: ModelBundle
    ) -> Entry {
        let week = moment.week
        func context(logitRate: Float, index: UInt32) -> ItemContext {
            ItemContext(
                row: row, history: prices, week: week, calendar: moment.calendar, logitRate: logitRate, index: index)
        }
        let product = ProductKey(product: row.product)
        if let profiles = bundle.profiles {
            let profile = profiles.rows.items.entry(product.value)
            let item = profile.map { _ in context(logitRate: 0, index: 0) }
            return Entry(week: week, effectiveAt: row.effectiveAt, item: item, population: [], profile: profile)
        }
        let statistics = bundle.statistics(of: product)
        let item = statistics.map { context(logitRate: $0.logitRate, index: $0.index) }
        return Entry(
            week: week, effectiveAt: row.effectiveAt, item: item, population: statistics?.population ?? [],
            profile: nil)
    }
}
