import Domain
import Market

extension CompleteJourney {
    /// Weekly units of each product with the prices and promotions of the weeks. Week 1 is left out: the data begins on
    /// its last day. A week without a purchase is a zero, since every purchase is in the data.
    public func sales(calendar: ShopCalendar) -> [ItemSales] {
        let first: Int32 = 2
        let last = weeklyPrices.map(\.week).max() ?? first
        let count = Int(max(0, last - first + 1))
        var items = products.map {
            ItemSales(
                item: $0.id, units: [Double?](repeating: 0, count: count),
                settings: [SalesSetting](repeating: SalesSetting(), count: count))
        }
        let places = Dictionary(products.indices.map { (products[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in weeklyPrices where entry.week >= first {
            guard let place = places[entry.product] else { continue }
            items[place].settings[Int(entry.week - first)] = SalesSetting(
                price: entry.price.real / 100, regularPrice: entry.regularPrice.real / 100,
                displayShare: Double(entry.displayShare), mailerShare: Double(entry.mailerShare),
                holiday: Self.holidayWeeks.contains(entry.week) ? 1 : 0)
        }
        for event in events {
            let week = calendar.week(of: event.event.occurredAt) - Self.weekOffset
            guard (first...last).contains(week) else { continue }
            for line in event.event.basket.items {
                guard let place = places[line.product] else { continue }
                items[place].units[Int(week - first)] =
                    (items[place].units[Int(week - first)] ?? 0) + Double(line.quantity)
            }
        }
        return items
    }

    /// Weeks that end before or hold a holiday of 2017: Easter, Memorial Day, Independence Day, Labor Day.
    private static let holidayWeeks: Set<Int32> = [16, 22, 28, 36]
}
