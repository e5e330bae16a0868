import Domain
import Features

func basket(_ products: [String], spend: Int64 = 1_000, lines: UInt32 = 5, dealLines: UInt32 = 1) -> Basket {
    Basket(
        spend: Money(minorUnits: spend), lines: lines, dealLines: dealLines,
        items: products.map { BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 100)) })
}

func history(_ baskets: [(week: Int32, basket: Basket)]) -> ShopperHistory {
    var history = ShopperHistory()
    for entry in baskets { history.apply(entry.basket, week: entry.week) }
    return history
}

func row(_ history: ShopperHistory, product: String, week: Int32) -> [Float] {
    let item = ItemContext(
        product: ProductKey(product: product), referencePrice: 199, displayShare: 0.1, mailerShare: 0.2,
        logitRate: -3, index: 4)
    return row(history, item, among: [item], week: week)
}

/// The row of one product of a category.
func row(
    _ history: ShopperHistory, _ item: ItemContext, among items: [ItemContext], named name: String = "food",
    week: Int32
) -> [Float] {
    var row = [Float](repeating: .nan, count: FeatureSchema.count)
    var span = row.mutableSpan
    let summary = ShopperSummary(history, week: week)
    let category = CategoryHabit(CategoryContext(items, named: name), summary: summary, history: history)
    FeatureSchema.fill(&span, row: 0, item: item, category: category, summary: summary, history: history)
    return row
}

func value(_ name: String, _ row: [Float]) -> Float {
    FeatureSchema.names.firstIndex(of: name).map { row[$0] } ?? .nan
}

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    mutating func basket(weeks: ClosedRange<Int32>) -> (week: Int32, basket: Basket) {
        let names = ["milk", "eggs", "bread", "corn", "grapes"]
        let week = Int32.random(in: weeks, using: &self)
        let items = (0..<Int.random(in: 0...3, using: &self)).map { _ in
            BasketItem(
                product: names[Int.random(in: 0..<5, using: &self)], quantity: Int64.random(in: 0...3, using: &self),
                paid: Money(minorUnits: 250))
        }
        let lines = UInt32.random(in: 1...20, using: &self)
        return (
            week,
            Basket(
                spend: Money(minorUnits: Int64.random(in: 0...9_000, using: &self)), lines: lines,
                dealLines: UInt32.random(in: 0...lines, using: &self), items: items)
        )
    }
}
