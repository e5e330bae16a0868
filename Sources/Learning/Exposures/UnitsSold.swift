// How many units a purchase is of. A price moves whether somebody buys; how many units buyers of an item take is taken to
// be the same at every price.

import Domain

struct UnitsSold {
    private let table: ExposureTable
    /// Of a purchase, by item; of one that nobody has bought, the usual.
    private var means: [String: Double] = [:]
    private var usual = 1.0

    /// An item's mean is pulled towards that of all as if by so many purchases.
    private static let pull = 20.0

    init(_ table: ExposureTable) {
        self.table = table
        guard !table.quantities.isEmpty else { return }
        let sold = (0..<table.count).filter { table.bought[$0] }
        let units = Dictionary(grouping: sold) { table.items[$0] }.mapValues { $0.map { table.quantities[$0] } }
        let mean = sold.reduce(0) { $0 + table.quantities[$1] } / Double(max(1, sold.count))
        usual = mean
        means = units.mapValues { ($0.reduce(0, +) + Self.pull * mean) / (Double($0.count) + Self.pull) }
    }

    /// Of a purchase, if there is one.
    func expected(_ row: Int) -> Double { means[table.items[row]] ?? usual }

    /// 0 where nothing was bought.
    func bought(_ row: Int) -> Double {
        guard table.bought[row] else { return 0 }
        return table.quantities.isEmpty ? 1 : table.quantities[row]
    }
}
