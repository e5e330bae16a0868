import Domain

extension CompleteJourney {
    /// Reads the four files of the data set's folder.
    /// - Parameter calendar: of `CompleteJourney.timeZone`; one of another zone would shift baskets between weeks
    ///   and is refused.
    public init(folder: String, calendar: ShopCalendar) throws(LearningError) {
        products = try Self.readProducts("\(folder)/products.csv")
        let known = Set(products.map(\.id))
        weeklyPrices = try Self.readPrices("\(folder)/weekly_prices.csv", known: known)
        let items = try Self.readItems("\(folder)/purchases.csv.gz", known: known)
        events = try Self.readBaskets("\(folder)/baskets.csv.gz", items: items, calendar: calendar)
    }

    private static func readProducts(_ path: String) throws(LearningError) -> [Product] {
        let reader = try CSVReader(path: path)
        let id = try reader.column("product_id")
        let category = try reader.column("product_category")
        let type = try reader.column("product_type")
        let size = try reader.column("package_size")
        var products: [Product] = []
        while try reader.next() {
            let parts = [reader.text(type), reader.text(size)].filter { !$0.isEmpty }
            products.append(
                Product(id: reader.text(id), name: parts.joined(separator: ", "), category: reader.text(category)))
        }
        return products
    }

    private static func readPrices(_ path: String, known: Set<String>) throws(LearningError) -> [WeeklyPrice] {
        let reader = try CSVReader(path: path)
        let product = try reader.column("product_id")
        let week = try reader.column("week")
        let price = try reader.column("price")
        let regular = try reader.column("regular_price")
        let display = try reader.column("display_share")
        let mailer = try reader.column("mailer_share")
        var prices: [WeeklyPrice] = []
        while try reader.next() {
            guard known.contains(reader.text(product)) else {
                throw reader.error(product, remedy: "Add the product to products.csv.")
            }
            prices.append(
                WeeklyPrice(
                    product: reader.text(product), week: try reader.integer(week, in: 1...520),
                    price: try reader.money(price, in: currency, rounded: .nearest),
                    regularPrice: try reader.money(regular, in: currency, rounded: .nearest),
                    displayShare: Float(try reader.number(display, in: 0...1)),
                    mailerShare: Float(try reader.number(mailer, in: 0...1))))
        }
        // Stable: products keep the file's order within a week.
        return prices.enumerated().sorted { ($0.element.week, $0.offset) < ($1.element.week, $1.offset) }.map(\.element)
    }

    /// The items of each basket, in the file's order.
    private static func readItems(_ path: String, known: Set<String>) throws(LearningError) -> [String: [BasketItem]] {
        let reader = try CSVReader(path: path)
        let basket = try reader.column("basket_id")
        let product = try reader.column("product_id")
        let quantity = try reader.column("quantity")
        let paid = try reader.column("sales_value")
        var items: [String: [BasketItem]] = [:]
        while try reader.next() {
            let id = reader.text(product)
            guard known.contains(id) else { throw reader.error(product, remedy: "Add the product to products.csv.") }
            let count = try reader.integer(quantity, in: 0...Limits.quantity)
            let amount = try reader.money(paid, in: currency, rounded: .nearest)
            // A quantity of zero records a coupon or a correction, not a purchase.
            guard count > 0 else { continue }
            items[reader.text(basket), default: []].append(BasketItem(product: id, quantity: count, paid: amount))
        }
        return items
    }

    private static func readBaskets(
        _ path: String, items: [String: [BasketItem]], calendar: ShopCalendar
    ) throws(LearningError) -> [ShopperEvent] {
        let reader = try CSVReader(path: path)
        let household = try reader.column("household_id")
        let basket = try reader.column("basket_id")
        let week = try reader.column("week")
        let time = try reader.column("timestamp")
        let spend = try reader.column("spend")
        let lines = try reader.column("lines")
        let dealLines = try reader.column("deal_lines")
        var events: [ShopperEvent] = []
        while try reader.next() {
            let occurredAt = try reader.timestamp(time)
            guard calendar.week(of: occurredAt) - weekOffset == (try reader.integer(week, in: 1...520)) else {
                throw reader.error(week, remedy: "Use the calendar of \(timeZone), in which the data's weeks begin.")
            }
            let id = reader.text(basket)
            let count = try reader.integer(lines, in: 0...UInt32(UInt16.max))
            let contents = Basket(
                spend: try reader.money(spend, in: currency, rounded: .nearest), lines: count,
                dealLines: try reader.integer(dealLines, in: 0...count), items: items[id] ?? [])
            events.append(
                ShopperEvent(
                    user: reader.text(household),
                    event: Event(id: EventID(digesting: id.utf8), occurredAt: occurredAt, basket: contents)))
        }
        return events.enumerated()
            .sorted { ($0.element.event.occurredAt, $0.offset) < ($1.element.event.occurredAt, $1.offset) }
            .map(\.element)
    }
}
