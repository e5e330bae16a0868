// What a partition must have learned from outcomes, by the plainest means: one list of prices that wait, looked through
// from end to end for every record. Only the arithmetic of a single outcome is the worker's own.

import Domain
import Pricing

struct OutcomeTruth {
    private(set) var shoppers: [UserKey: CurveCorrection] = [:]
    private(set) var products: [ProductKey: CurveCorrection] = [:]
    private(set) var waiting: [Waiting] = []

    struct Waiting: Equatable {
        var user: UserKey
        var product: ProductKey
        var day: Int32
        var modelVersion: UInt64
        var prediction: DemandPrediction
        /// Of each basket since, whether the product was in it.
        var baskets: [Bool] = []
    }

    mutating func shown(_ exposures: [Exposure], at time: Timestamp) {
        settle { $0.prediction.settledAt <= time }
        for exposure in exposures {
            guard let prediction = exposure.prediction, exposure.expiresAt > time, prediction.settledAt > time else {
                continue
            }
            var new = Waiting(
                user: exposure.user, product: ProductKey(product: exposure.product), day: exposure.day,
                modelVersion: exposure.modelVersion, prediction: prediction)
            func isSame(_ other: Waiting) -> Bool { other.user == new.user && other.product == new.product }
            settle { isSame($0) && $0.day != new.day }
            if let place = waiting.firstIndex(where: isSame) {
                if waiting[place].baskets.contains(true) { continue }
                new.baskets = waiting[place].baskets
                new.prediction.settledAt = waiting[place].prediction.settledAt
                waiting[place] = new
            } else {
                waiting.append(new)
            }
        }
    }

    mutating func paid(_ event: Event, by user: UserKey) {
        settle { $0.user == user && $0.prediction.settledAt <= event.occurredAt }
        let day = ShopCalendar.utc.day(of: event.occurredAt)
        for place in waiting.indices where waiting[place].user == user && waiting[place].day <= day {
            waiting[place].baskets.append(
                event.basket.items.contains { ProductKey(product: $0.product) == waiting[place].product })
        }
    }

    private mutating func settle(_ isSettled: (Waiting) -> Bool) {
        let settled = waiting.filter(isSettled).sorted {
            ($0.prediction.settledAt, $0.user.hash.value, $0.user.user, $0.product)
                < ($1.prediction.settledAt, $1.user.hash.value, $1.user.user, $1.product)
        }
        waiting.removeAll(where: isSettled)
        for price in settled where !price.baskets.isEmpty {
            CurveCorrection.learn(
                PriceOutcome(
                    price.prediction, isBought: price.baskets.contains(true), day: price.day,
                    modelVersion: price.modelVersion),
                &shoppers[price.user, default: CurveCorrection(.shopper)],
                &products[price.product, default: CurveCorrection(.product)])
        }
    }
}

extension StateInspection {
    /// Compares what stands after the shoppers in a state's bytes.
    /// - Returns: how it differs; nil when it does not.
    static func difference(
        ofCorrections reader: inout ByteReader, from truth: OutcomeTruth
    ) throws(ByteError) -> String? {
        let hasNone = truth.shoppers.isEmpty && truth.products.isEmpty && truth.waiting.isEmpty
        guard reader.remaining > 0 else { return hasNone ? nil : "a state has learned nothing" }
        var shoppers: [UserKey: CurveCorrection] = [:]
        for _ in 0..<(try reader.readCount(minimumBytes: CurveCorrection.encodedBytes)) {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            shoppers[user] = try CurveCorrection(.shopper, from: &reader)
        }
        var products: [ProductKey: CurveCorrection] = [:]
        for _ in 0..<(try reader.readCount(minimumBytes: CurveCorrection.encodedBytes)) {
            _ = try reader.readString()
            products[ProductKey(try reader.read())] = try CurveCorrection(.product, from: &reader)
        }
        if shoppers != truth.shoppers { return "a shopper's correction is not what the outcomes in the log make of it" }
        if products != truth.products { return "a product's correction is not what the outcomes in the log make of it" }
        var waiting = 0
        for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            for _ in 0..<(try reader.readCount(minimumBytes: 41)) {
                let product = ProductKey(try reader.read())
                let day: Int32 = try reader.read()
                let version: UInt64 = try reader.read()
                var prediction = DemandPrediction(
                    logOdds: try reader.readFloat(), priceTerm: try reader.readFloat(),
                    saturation: try reader.readFloat(), settledAt: try reader.readTimestamp())
                var progress: UInt8 = try reader.read()
                if progress > 2 {
                    progress -= 3
                    prediction.sharpness = try reader.readFloat()
                }
                let isKnown = truth.waiting.contains { [prediction, progress] in
                    $0.user == user && $0.product == product && $0.day == day && $0.modelVersion == version
                        && $0.prediction == prediction
                        && progress == ($0.baskets.contains(true) ? 2 : $0.baskets.isEmpty ? 0 : 1)
                }
                guard isKnown else { return "\(user) waits for an outcome that the log does not know" }
                waiting += 1
            }
        }
        try reader.finish()
        return waiting == truth.waiting.count ? nil : "a price that was shown waits for no outcome"
    }
}
