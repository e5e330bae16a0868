// The catalogue's side of a replay: which row of each product is in force in a week, and at which public price.

import Domain
import Features
import Glibc
import Models

/// Prices of every product, week by week.
struct MarketReplay {
    /// One product in one week.
    struct Entry {
        var context: ItemContext
        var category: String
        /// The public price that shoppers of the week saw.
        var price: Money
    }

    private var rows: [String: CatalogueRow] = [:]
    private var histories: [String: PriceHistory] = [:]
    private var position = 0
    private let catalogue: [CatalogueRow]
    private let calendar: ShopCalendar

    init(_ catalogue: [CatalogueRow], calendar: ShopCalendar) {
        self.catalogue = catalogue
        self.calendar = calendar
    }

    /// Applies every row up to the end of `week`.
    mutating func advance(through week: Int32) {
        while position < catalogue.count, calendar.week(of: catalogue[position].effectiveAt) <= week {
            let row = catalogue[position]
            histories[row.product, default: PriceHistory()].apply(row, calendar: calendar)
            rows[row.product] = row
            position += 1
        }
    }

    /// A product as the week's shoppers saw it; nil when it has no row yet.
    func entry(_ product: String, rate: ProductRate, week: Int32) -> Entry? {
        guard let row = rows[product] else { return nil }
        let context = ItemContext(
            row: row, history: histories[product] ?? PriceHistory(), week: week, calendar: calendar,
            logitRate: rate.logit, index: rate.index)
        return Entry(context: context, category: row.category, price: row.publicPrice(in: week, calendar))
    }
}

/// How often a product is bought at all, as training knows it.
struct ProductRate {
    var logit: Float
    var index: UInt32

    /// The rate of each product over shopper-weeks up to `lastWeek`, half an observation added to either side.
    static func rates(_ weeks: [ShoppingWeek], products: Int, through lastWeek: Int32) -> [ProductRate] {
        var bought = [Int](repeating: 0, count: products)
        var visits = 0
        for week in weeks where week.week <= lastWeek {
            for visit in week.visits where !visit.events.isEmpty {
                visits += 1
                for product in visit.products { bought[Int(product)] += 1 }
            }
        }
        return bought.enumerated().map { index, count in
            let odds = (Double(count) + 0.5) / (Double(visits - count) + 0.5)
            return ProductRate(logit: Float(log(odds)), index: UInt32(index))
        }
    }
}
