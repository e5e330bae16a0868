import Domain

/// Who shopped in one week, and what they bought.
struct ShoppingWeek {
    /// One shopper's week.
    struct Visit {
        /// Place in `TrainingData.shoppers`.
        var shopper: Int
        /// Places of the products bought, ascending, each once.
        var products: [UInt16]
        /// Places of the shopper's events of this week in `TrainingData.events`. Empty for somebody who was shown prices
        /// and did not shop.
        var events: [Int]
        /// Personal prices shown this week, by the product's place.
        var shown: [UInt16: Money] = [:]
    }

    var week: Int32
    /// Ascending by shopper.
    var visits: [Visit]

    /// Groups a data set by week and shopper. Weeks ascend; weeks in which nothing happened are left out.
    static func grouped(_ data: TrainingData, calendar: ShopCalendar) -> [ShoppingWeek] {
        let places = Dictionary(
            data.products.enumerated().map { ($0.element, UInt16($0.offset)) }, uniquingKeysWith: { first, _ in first })
        let shoppers = Dictionary(uniqueKeysWithValues: data.shoppers.enumerated().map { ($0.element, $0.offset) })
        var weeks: [Int32: [Int: Visit]] = [:]
        for (index, entry) in data.events.enumerated() {
            let shopper = shoppers[entry.user]!
            let bought = entry.event.basket.items.compactMap { $0.quantity > 0 ? places[$0.product] : nil }
            let week = calendar.week(of: entry.event.occurredAt)
            weeks[week, default: [:]][shopper, default: Visit(shopper: shopper, products: [], events: [])]
                .append(bought, event: index)
        }
        for price in data.shown {
            guard let place = places[price.product] else { continue }
            let shopper = shoppers[price.user]!
            weeks[price.week, default: [:]][shopper, default: Visit(shopper: shopper, products: [], events: [])]
                .shown[place] = price.price
        }
        return weeks.keys.sorted().map { week in
            let visits = (weeks[week] ?? [:]).values.sorted { $0.shopper < $1.shopper }
            return ShoppingWeek(
                week: week,
                visits: visits.map {
                    Visit(
                        shopper: $0.shopper, products: Set($0.products).sorted(), events: $0.events, shown: $0.shown)
                })
        }
    }
}

extension ShoppingWeek.Visit {
    fileprivate mutating func append(_ bought: [UInt16], event: Int) {
        products += bought
        events.append(event)
    }
}
