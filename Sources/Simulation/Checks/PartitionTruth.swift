// What one keyed partition's state must be, folded from what became durable by code that shares nothing with the
// worker's own fold except a shopper's history: event ids in a set, prices in a dictionary.

import Domain
import Features

package struct PartitionTruth {
    private(set) var index: UInt64 = 0
    private(set) var shoppers: [UserKey: ShopperTruth] = [:]
    private(set) var outcomes = OutcomeTruth()

    struct ShopperTruth {
        /// In the order of the log, each once.
        var events: [UInt64] = []
        var known: Set<UInt64> = []
        var history = ShopperHistory()
        /// What holds after each price shown, newest last.
        var prices: [ProductKey: [LoggedPrice]] = [:]
    }

    struct LoggedPrice {
        var index: UInt64
        var price: Money
        var anchor: Money
        var day: Int32
        var expiresAt: Timestamp
    }

    /// Prices of one product remembered for one shopper.
    private static let pricesKept = 8

    mutating func apply(_ record: Record) {
        index += 1
        switch record {
        case .events(let user, let events):
            for event in events where shoppers[user, default: ShopperTruth()].known.insert(event.id.value).inserted {
                shoppers[user]!.events.append(event.id.value)
                shoppers[user]!.history.apply(event.basket, week: ShopCalendar.utc.week(of: event.occurredAt))
                outcomes.paid(event, by: user)
            }
        case .exposures(let time, let exposures):
            outcomes.shown(exposures, at: time)
            for exposure in exposures {
                var price = LoggedPrice(
                    index: index, price: exposure.personalPrice, anchor: exposure.anchor, day: exposure.day,
                    expiresAt: exposure.expiresAt)
                let product = ProductKey(product: exposure.product)
                // A promise that holds while another one is logged ends with the later of both.
                if let last = shoppers[exposure.user]?.prices[product]?.last, time < last.expiresAt {
                    if last.price < price.price { price.price = last.price }
                    if last.expiresAt > price.expiresAt { price.expiresAt = last.expiresAt }
                }
                shoppers[exposure.user, default: ShopperTruth()].prices[product, default: []].append(price)
                if shoppers[exposure.user]!.prices[product]!.count > Self.pricesKept {
                    shoppers[exposure.user]!.prices[product]!.removeFirst()
                }
            }
        case .catalogue, .modelActivated, .modelTried, .priceFreeze, .stockValues, .checkpoint: break
        }
    }

    /// Whether `price(of:for:asOf:)` can still tell: the prices before the oldest kept are forgotten.
    func remembersPrices(of product: ProductKey, for user: UserKey, asOf index: UInt64) -> Bool {
        guard let prices = shoppers[user]?.prices[product], let oldest = prices.first else { return true }
        return prices.count < Self.pricesKept || oldest.index <= index
    }

    /// The price that the log says was shown last, as of an index; nil when that is too long ago to tell.
    func price(of product: ProductKey, for user: UserKey, asOf index: UInt64) -> LoggedPrice? {
        shoppers[user]?.prices[product]?.last { $0.index <= index }
    }
}
