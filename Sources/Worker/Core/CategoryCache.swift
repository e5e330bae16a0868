import Domain
import Features
import Models

/// What a model knows of each category, computed once per week, price change and model instead of once per cart.
struct CategoryCache: Sendable {
    private struct Key: Hashable {
        let tenant: String
        let category: String
    }

    private struct Entry {
        let week: Int32
        let context: CategoryContext
        /// The rows in force were so from the first moment on, and are until the second; nil: until others come.
        let since: Timestamp
        let until: Timestamp?

        func holds(at moment: MarketMoment) -> Bool {
            week == moment.week && since <= moment.now && (until.map { moment.now < $0 } ?? true)
        }
    }

    private var entries: [Key: Entry] = [:]

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Products that the model does not know are left out. O(1) when nothing has changed, O(products) otherwise.
    mutating func context(
        of name: String, in catalogue: Catalogue, _ moment: MarketMoment, _ items: inout ItemCache,
        _ bundle: ModelBundle
    ) -> CategoryContext {
        let key = Key(tenant: moment.tenant, category: name)
        if let entry = entries[key], entry.holds(at: moment) { return entry.context }
        var members: [ItemContext] = []
        var since = Timestamp(milliseconds: .min)
        var until: Timestamp?
        for product in catalogue.products(in: name) {
            guard let entry = catalogue[product] else { continue }
            if let change = entry.change(after: moment.now) { until = min(until ?? change, change) }
            guard let row = entry.row(at: moment.now) else { continue }
            since = max(since, row.effectiveAt)
            guard row.category == name else { continue }
            if let item = items.entry(row, prices: entry.prices, moment, bundle).item { members.append(item) }
        }
        let context = CategoryContext(members, named: name)
        entries[key] = Entry(week: moment.week, context: context, since: since, until: until)
        return context
    }
}
