// The shop that chaos runs price: products, shoppers and carts, all from the seed, so that a checker knows what
// each request asked for without the history carrying it.

import Domain
import Features
import Models

public struct Shop: Sendable {
    public struct Cart: Equatable, Sendable {
        public var shopper: Int
        /// Products by number.
        public var products: [Int]
        public var quantities: [Int64]

        public init(shopper: Int, products: [Int], quantities: [Int64]) {
            self.shopper = shopper
            self.products = products
            self.quantities = quantities
        }
    }

    public let tenant = "chaos"
    public let currency = Currency(code: "USD")!
    public let partitions: Int
    /// The catalogue, by product number.
    public let rows: [CatalogueRow]
    /// Shoppers by number.
    public let shoppers: [UserKey]
    /// Different carts; the load goes round.
    public let carts: [Cart]
    /// All events of a run happened at the same moment, so that a shopper's baskets fall into one week.
    public let eventsAt: Timestamp
    /// What `ClusterLayout` writes into cluster.yaml, as a share of the unit cost.
    public static let minimumMarginRatio = 0.05

    private static let products = 256
    private static let cartCount = 8_192

    public init(shoppers count: Int, lines: Int, partitions: Int, seed: UInt64, now: Timestamp) {
        eventsAt = now.adding(milliseconds: -2 * ShopCalendar.millisecondsPerWeek)
        self.partitions = partitions
        var random = SeededGenerator(seed: seed ^ 0x5e0b)
        let currency = currency
        rows = (0..<Self.products).map { number in
            let list = Int64(99 + random.index(below: 2_000))
            let cost = list * Int64(40 + random.index(below: 30)) / 100
            return CatalogueRow(
                product: "p\(number)", name: "product \(number)", category: "", currency: currency,
                listPrice: Money(minorUnits: list), unitCost: Money(minorUnits: cost), minimumPrice: nil, deal: nil,
                displayShare: 0, mailerShare: 0, effectiveAt: Timestamp(milliseconds: 1_600_000_000_000))
        }
        let tenant = tenant
        shoppers = (0..<count).map { UserKey(tenant: tenant, user: "u\($0)") }
        carts = (0..<Self.cartCount).map { _ in
            let first = random.index(below: Self.products)
            return Cart(
                shopper: random.index(below: count),
                // 17 has no divisor in common with the number of products, so none comes twice.
                products: (0..<lines).map { (first + 17 * $0) % Self.products },
                quantities: (0..<lines).map { _ in Int64(1 + random.index(below: 3)) })
        }
    }

    public func request(_ cart: Cart) -> PriceRequest {
        PriceRequest(
            user: shoppers[cart.shopper], currency: currency,
            lines: zip(cart.products, cart.quantities).map { CartLine(product: rows[$0].product, quantity: $1) })
    }

    /// What a shopper did two weeks ago: far enough back to count among the features of this week.
    func basket(id: String) -> (id: [UInt8], event: Event) {
        let event = Event(
            id: EventID(digesting: id.utf8), occurredAt: eventsAt,
            basket: Basket(
                spend: Money(minorUnits: 1_000), lines: 3, dealLines: 1,
                items: [
                    BasketItem(
                        product: rows[id.utf8.count % rows.count].product, quantity: 1, paid: Money(minorUnits: 100))
                ]))
        return (Array(id.utf8), event)
    }

    public func partition(ofShopper shopper: Int) -> PartitionID { shoppers[shopper].hash.partition(of: partitions) }

    /// Whose request it is.
    public func shopper(of request: Operation.Request) -> Int {
        switch request {
        case .price(let cart, _): carts[cart].shopper
        case .events(let shopper, _), .verify(let shopper, _): shopper
        }
    }

    /// The least that a unit of a product may cost.
    public func floor(of product: Int) -> Money {
        let row = rows[product]
        let byCost = Money(row.unitCost.real * (1 + Self.minimumMarginRatio) - 1e-6, rounded: .up) ?? row.listPrice
        return min(max(byCost, Money(minorUnits: 1)), row.listPrice)
    }
}
