import Domain

/// The products of one tenant, and which of them each category has.
struct Catalogue: Equatable, Sendable {
    private var entries = ShardedDictionary<String, CatalogueEntry>()
    /// By category: every product with a row in it, past or future. Follows from `entries`.
    private var categories = ShardedDictionary<String, Set<String>>()

    init() {}

    var count: Int { entries.count }

    /// In no particular order.
    var products: [String] { entries.keys }

    subscript(product: String) -> CatalogueEntry? { entries[product] }

    /// Every product that is, was or will be in a category; none for the empty one. In no particular order.
    func products(in category: String) -> Set<String> { categories[category] ?? [] }

    mutating func apply(_ row: CatalogueRow, calendar: ShopCalendar) {
        let before = entries[row.product]?.categories ?? []
        let after = entries.update(row.product, initial: CatalogueEntry()) { entry in
            entry.apply(row, calendar: calendar)
            return entry.categories
        }.0
        guard before != after else { return }
        for category in before.subtracting(after) {
            categories[category]?.remove(row.product)
            if categories[category]?.isEmpty == true { categories[category] = nil }
        }
        file(row.product, under: after.subtracting(before))
    }

    /// - Precondition: the product is new.
    mutating func insert(_ entry: CatalogueEntry, for product: String) {
        entries[product] = entry
        file(product, under: entry.categories)
    }

    private mutating func file(_ product: String, under names: Set<String>) {
        for name in names { categories[name, default: []].insert(product) }
    }
}
