// Prices shown whose outcome is not known yet. Buying and not buying are both settled when the window closes, never
// earlier: whoever counted purchases at once and refusals later would always see a shop keener than it is.

import Domain
import Pricing

/// One product's price of one day, before one shopper.
struct UnsettledPrice: Equatable, Sendable {
    var product: ProductKey
    /// The shop's local day on which it was shown.
    var day: Int32
    var modelVersion: UInt64
    var prediction: DemandPrediction
    /// A basket has been paid since.
    var hasShopped = false
    /// The product was in one.
    var isBought = false

    /// nil when the shopper bought nothing at all: the model's probability is that of a shopper with a basket, and says
    /// nothing about one without.
    var outcome: PriceOutcome? {
        guard hasShopped else { return nil }
        return PriceOutcome(prediction, isBought: isBought, day: day, modelVersion: modelVersion)
    }
}

struct UnsettledPrices: Sendable {
    typealias Owned = (user: UserKey, price: UnsettledPrice)

    /// Of each shopper ascending by product; no list is empty.
    private var prices = ShardedDictionary<UserKey, [UnsettledPrice]>()
    private var count = 0
    /// Who has a price to be settled when, ascending. May name some whose price was settled otherwise since.
    private var due: [Due] = []

    private struct Due: Sendable {
        var time: Timestamp
        var users: Set<UserKey>
    }

    /// Past it, prices shown are not waited for: a sample of a partition's outcomes is enough.
    static let capacity = 65_536
    /// Of one shopper.
    static let capacityOfShopper = ShopperState.quoteCapacity

    init() {}

    var isEmpty: Bool { count == 0 }

    func isEmpty(for user: UserKey) -> Bool { count == 0 || prices[user] == nil }

    /// A price was shown. Of several on one day the last counts, but for one that was bought at; they are settled
    /// together, when the first of them is.
    /// - Returns: an earlier day's price, which ends here.
    mutating func add(_ shown: UnsettledPrice, of user: UserKey) -> UnsettledPrice? {
        var own = prices[user] ?? []
        let place = own.firstIndex { $0.product >= shown.product } ?? own.count
        guard place < own.count, own[place].product == shown.product else {
            guard own.count < Self.capacityOfShopper, count < Self.capacity else { return nil }
            own.insert(shown, at: place)
            prices[user] = own
            count += 1
            settleLater(user, at: shown.prediction.settledAt)
            return nil
        }
        let earlier = own[place]
        if earlier.day != shown.day {
            own[place] = shown
            settleLater(user, at: shown.prediction.settledAt)
        } else if !earlier.isBought {
            own[place].modelVersion = shown.modelVersion
            own[place].prediction = shown.prediction
            own[place].prediction.settledAt = earlier.prediction.settledAt
        }
        prices[user] = own
        return earlier.day != shown.day ? earlier : nil
    }

    /// A shopper has paid for a basket on a day.
    mutating func noteBasket(of products: Set<ProductKey>, by user: UserKey, on day: Int32) {
        guard var own = prices[user] else { return }
        for place in own.indices where own[place].day <= day {
            own[place].hasShopped = true
            if products.contains(own[place].product) { own[place].isBought = true }
        }
        prices[user] = own
    }

    /// Takes out what a shopper's own time has settled, ascending by when.
    mutating func settled(of user: UserKey, at time: Timestamp) -> [UnsettledPrice] {
        guard let own = prices[user] else { return [] }
        let settled = own.filter { $0.prediction.settledAt <= time }
        guard !settled.isEmpty else { return [] }
        let rest = own.filter { $0.prediction.settledAt > time }
        prices[user] = rest.isEmpty ? nil : rest
        count -= settled.count
        return settled.sorted { ($0.prediction.settledAt, $0.product) < ($1.prediction.settledAt, $1.product) }
    }

    /// Takes out what is settled for everybody, in an order that follows from the prices alone. O(settled).
    mutating func settled(at time: Timestamp) -> [Owned] {
        guard let first = due.first, first.time <= time else { return [] }
        let passed = due.prefix { $0.time <= time }
        due.removeFirst(passed.count)
        return passed.flatMap { moment in
            moment.users.sorted(by: UserKey.precedes).flatMap { user in
                settled(of: user, at: moment.time).map { (user, $0) }
            }
        }
    }

    private mutating func settleLater(_ user: UserKey, at time: Timestamp) {
        // Nearly always the last.
        let place = (due.lastIndex { $0.time <= time } ?? -1) + 1
        if place > 0, due[place - 1].time == time {
            due[place - 1].users.insert(user)
        } else {
            due.insert(Due(time: time, users: [user]), at: place)
        }
    }
}

extension UnsettledPrices: Equatable {
    /// When each is due follows from the prices.
    static func == (left: UnsettledPrices, right: UnsettledPrices) -> Bool { left.prices == right.prices }
}

extension UnsettledPrices {
    func encode(to writer: inout ByteWriter) {
        writer.write(prices.keys.sorted(by: UserKey.precedes)) { writer, user in
            writer.write(user.tenant)
            writer.write(user.user)
            writer.write(prices[user] ?? []) { $1.encode(to: &$0) }
        }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            let own = try reader.readArray(minimumBytes: UnsettledPrice.encodedBytes) { reader throws(ByteError) in
                try UnsettledPrice(from: &reader)
            }
            guard !own.isEmpty, zip(own, own.dropFirst()).allSatisfy({ $0.product < $1.product }) else {
                throw reader.error("ends prices to be settled that are none, or not in order")
            }
            prices[user] = own
            count += own.count
            for price in own { settleLater(user, at: price.prediction.settledAt) }
        }
    }
}

extension UnsettledPrice {
    func encode(to writer: inout ByteWriter) {
        writer.write(product.value)
        writer.write(day)
        writer.write(modelVersion)
        writer.write(prediction.logOdds)
        writer.write(prediction.priceTerm)
        writer.write(prediction.saturation)
        writer.write(prediction.settledAt)
        let progress: UInt8 = hasShopped ? isBought ? 2 : 1 : 0
        let isSharp = prediction.sharpness != 1
        writer.write(isSharp ? progress + Self.sharp : progress)
        if isSharp { writer.write(prediction.sharpness) }
    }

    /// Added to the progress where a sharpness follows: few have one of their own.
    private static let sharp: UInt8 = 3

    init(from reader: inout ByteReader) throws(ByteError) {
        product = ProductKey(try reader.read())
        day = try reader.read()
        modelVersion = try reader.read()
        prediction = DemandPrediction(
            logOdds: try reader.readFloat(), priceTerm: try reader.readFloat(), saturation: try reader.readFloat(),
            settledAt: try reader.readTimestamp())
        var progress: UInt8 = try reader.read()
        if progress >= Self.sharp {
            progress -= Self.sharp
            prediction.sharpness = try reader.readFloat()
            guard prediction.sharpness != 1 else {
                throw reader.error("ends a logit's sharpness, which is never written")
            }
        }
        guard prediction.isUsable, progress <= 2 else {
            throw reader.error("ends a price to be settled that nothing can be learned from")
        }
        hasShopped = progress > 0
        isBought = progress > 1
    }

    static let encodedBytes = 41
}
