import Domain
import Learning
import Pricing

/// The outcome of `farthing stock`. Money is in minor units.
struct StockReport: Encodable {
    struct Item: Encodable {
        var item: String
        var stock: Int
        var arrivals: Double
        /// Units that those are expected to buy.
        var expectedDemand: Double
        var shadowPrice: Double
        var worth: Int64
        var unitCost: Int64
        private let currency: Currency

        init(_ valuation: StockValuation) {
            item = valuation.row.product
            stock = valuation.stock
            arrivals = valuation.arrivals
            expectedDemand = valuation.solved.expectedDemand
            shadowPrice = valuation.solved.shadowPrice
            worth = valuation.worth.minorUnits
            unitCost = valuation.row.unitCost.minorUnits
            currency = valuation.row.currency
        }

        private enum CodingKeys: CodingKey {
            case item, stock, arrivals, expectedDemand, shadowPrice, worth, unitCost
        }

        fileprivate var cells: [String] {
            [
                item, "\(stock)", rounded(arrivals), rounded(expectedDemand),
                (Money(shadowPrice, rounded: .nearest) ?? .zero).formatted(in: currency),
                Money(minorUnits: worth).formatted(in: currency), Money(minorUnits: unitCost).formatted(in: currency),
            ]
        }

        private func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    }

    var tenant: String
    var until: String
    var items: [Item] = []
    /// Items that the catalogue does not know.
    var unknown: [String] = []
    /// Items of whose shoppers nothing is known.
    var unasked: [String] = []
    /// Items whose prices stand still.
    var frozen: [String] = []
    /// Items that count at a worth of before, which nobody has said anything of now.
    var others: [String] = []
    /// Broadcast index from which on this counts; nil when nothing was changed.
    var index: UInt64?

    init(tenant: String, until: String) {
        self.tenant = tenant
        self.until = until
    }

    var isComplete: Bool { unknown.isEmpty && unasked.isEmpty && frozen.isEmpty }

    var clearedText: String {
        others.isEmpty
            ? "all items count at their costs"
            : "\(others.joined(separator: ", ")): the cost counts again"
                + (index == nil ? ", if this were no dry run" : "")
    }

    var text: String {
        var table = Table(["item", "stock", "will come", "will buy", "shadow price", "worth", "cost"])
        for item in items { table.add(item.cells) }
        var lines = items.isEmpty ? [] : [table.text]
        lines += unknown.map { "  \($0) is not in the catalogue of \(tenant)" }
        lines += unasked.map { "  \($0): no shopper was shown it lately whose demand the model knows" }
        lines += frozen.map { "  \($0) is frozen: its prices follow nothing" }
        if !others.isEmpty { lines.append("  as before: \(others.joined(separator: ", "))") }
        let verdict = index.map { "counts until \(until), from broadcast index \($0) on" } ?? "nothing was changed"
        return (lines + ["  \(verdict)"]).joined(separator: "\n")
    }
}
