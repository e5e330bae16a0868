import Domain
import Learning

/// Carts that real households might bring: what they buy most. The last one is a stranger's.
struct DemoCarts {
    let requests: [PriceRequest]

    init(_ journey: CompleteJourney, tenant: String, currency: Currency) {
        var baskets: [String: [Basket]] = [:]
        for entry in journey.events { baskets[entry.user, default: []].append(entry.event.basket) }
        // Frequent shoppers of different appetites, not the five most extreme.
        let frequent = baskets.keys.filter { baskets[$0]!.count >= 60 }.sorted()
        let step = max(1, frequent.count / 5)
        let chosen = stride(from: 0, to: frequent.count, by: step).prefix(5).map { frequent[$0] }
        var requests = chosen.map { user in
            PriceRequest(
                user: UserKey(tenant: tenant, user: user), currency: currency,
                lines: Self.favourites(baskets[user]!).map { CartLine(product: $0.product, quantity: $0.quantity) })
        }.filter { !$0.lines.isEmpty }
        if let cart = requests.first {
            requests.append(
                PriceRequest(user: UserKey(tenant: tenant, user: "a-stranger"), currency: currency, lines: cart.lines))
        }
        self.requests = requests
    }

    /// The five products bought most often, with the quantity bought last.
    private static func favourites(_ baskets: [Basket]) -> [(product: String, quantity: Int64)] {
        var times: [String: Int] = [:]
        var quantity: [String: Int64] = [:]
        for item in baskets.flatMap(\.items) {
            times[item.product, default: 0] += 1
            quantity[item.product] = min(item.quantity, 9)
        }
        return times.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map {
            ($0.key, quantity[$0.key] ?? 1)
        }
    }
}
