// What a partition learns between two fits: prices shown, what came of them, and the corrections that follow. Part of the
// fold: the log holds what the model expected of each price, so that learning reads no model, no clock and no
// configuration, and every replica comes to the same numbers in the log's order.
//
// A partition learns from its own shoppers. A shopper is in one partition, so nothing is lost there; of a product each of
// P partitions sees one outcome in P and has a correction of its own. They differ by chance, and each is sound.

import Domain
import Pricing

struct OnlineCorrections: Equatable, Sendable {
    /// Of shoppers who have had an outcome, so of known ones only.
    private var shoppers = ShardedDictionary<UserKey, CurveCorrection>()
    private var products = ShardedDictionary<TenantProduct, CurveCorrection>()
    private var productCount = 0
    private var unsettled = UnsettledPrices()

    /// Products that are corrected; others share the shopper's correction alone.
    static let productCapacity = 65_536

    struct TenantProduct: ShardedKey {
        var tenant: String
        var product: ProductKey

        var spread: UInt64 { product.value }
    }

    /// What is known of a line.
    struct Known: Equatable, Sendable {
        var shopper = CurveBelief(priorOf: .shopper)
        var product = CurveBelief(priorOf: .product)

        /// Both together.
        var belief: CurveBelief { shopper + product }
        /// Whether the curve is the model's own.
        var isNothing: Bool { shopper.mean == .none && product.mean == .none }
    }

    init() {}

    var isEmpty: Bool { productCount == 0 && unsettled.isEmpty && shoppers.count == 0 }

    func known(
        of product: ProductKey, for user: UserKey, on day: Int32, modelVersion: UInt64
    ) -> Known {
        var known = Known()
        if let correction = shoppers[user] { known.shopper = correction.belief(on: day, of: modelVersion) }
        if let correction = products[TenantProduct(tenant: user.tenant, product: product)] {
            known.product = correction.belief(on: day, of: modelVersion)
        }
        return known
    }

    // MARK: - The fold

    /// A record says that it is this late.
    mutating func timeAdvanced(to time: Timestamp) {
        for (user, price) in unsettled.settled(at: time) { settle(price, of: user) }
    }

    /// A price was shown, and logged at `time`. One that was logged late is not waited for: the shopper may have bought
    /// before.
    mutating func priceShown(_ exposure: Exposure, at time: Timestamp) {
        guard let prediction = exposure.prediction, prediction.isUsable, time < exposure.expiresAt,
            time < prediction.settledAt
        else { return }
        let shown = UnsettledPrice(
            product: ProductKey(product: exposure.product), day: exposure.day, modelVersion: exposure.modelVersion,
            prediction: prediction)
        if let earlier = unsettled.add(shown, of: exposure.user) { settle(earlier, of: exposure.user) }
    }

    /// A shopper has paid for a basket that had not been counted.
    mutating func paid(_ event: Event, by user: UserKey, calendar: ShopCalendar) {
        guard !unsettled.isEmpty(for: user) else { return }
        for price in unsettled.settled(of: user, at: event.occurredAt) { settle(price, of: user) }
        let products = event.basket.items.lazy.filter { $0.quantity > 0 }.map { ProductKey(product: $0.product) }
        unsettled.noteBasket(of: Set(products), by: user, on: calendar.day(of: event.occurredAt))
    }

    private mutating func settle(_ price: UnsettledPrice, of user: UserKey) {
        guard let outcome = price.outcome else { return }
        let key = TenantProduct(tenant: user.tenant, product: price.product)
        let known = products[key]
        var product = known ?? CurveCorrection(.product)
        var shopper = shoppers[user] ?? CurveCorrection(.shopper)
        CurveCorrection.learn(outcome, &shopper, &product)
        if planted(.outcomeCountedTwice) { CurveCorrection.learn(outcome, &shopper, &product) }
        shoppers[user] = shopper
        guard known != nil || productCount < Self.productCapacity else { return }
        products[key] = product
        if known == nil { productCount += 1 }
    }
}

extension OnlineCorrections {
    func encode(to writer: inout ByteWriter) {
        writer.write(shoppers.keys.sorted(by: UserKey.precedes)) { writer, user in
            writer.write(user.tenant)
            writer.write(user.user)
            shoppers[user]?.encode(to: &writer)
        }
        let ordered = products.keys.sorted { ($0.product, $0.tenant) < ($1.product, $1.tenant) }
        writer.write(ordered) { writer, key in
            writer.write(key.tenant)
            writer.write(key.product.value)
            products[key]?.encode(to: &writer)
        }
        unsettled.encode(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        for _ in 0..<(try reader.readCount(minimumBytes: 8 + CurveCorrection.encodedBytes)) {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            shoppers[user] = try CurveCorrection(.shopper, from: &reader)
        }
        for _ in 0..<(try reader.readCount(minimumBytes: 12 + CurveCorrection.encodedBytes)) {
            let key = TenantProduct(tenant: try reader.readString(), product: ProductKey(try reader.read()))
            products[key] = try CurveCorrection(.product, from: &reader)
        }
        productCount = products.count
        unsettled = try UnsettledPrices(from: &reader)
        guard !isEmpty else { throw reader.error("ends corrections that are none") }
        if planted(.unsettledForgottenInSnapshot) { unsettled = UnsettledPrices() }
    }
}
