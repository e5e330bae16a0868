import Features

/// The categories of one week, and which of them each product belongs to.
struct CategoryReplay {
    private(set) var contexts: [CategoryContext] = []
    /// Places in `contexts`; −1 for a product without a price. (products,)
    private(set) var places: [Int]

    init(_ entries: [MarketReplay.Entry?]) {
        places = Array(repeating: -1, count: entries.count)
        let priced = entries.indices.filter { entries[$0] != nil }
        for (name, members) in Dictionary(grouping: priced, by: { entries[$0]?.category ?? "" }) {
            for member in members { places[member] = contexts.count }
            contexts.append(CategoryContext(members.compactMap { entries[$0]?.context }, named: name))
        }
    }
}
