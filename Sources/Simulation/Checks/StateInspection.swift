// Reads a worker's state from its canonical bytes and compares it with the truth, shopper by shopper, so that a
// difference is told in words.

import Domain
import Features

enum StateInspection {
    /// - Returns: the invariant that is broken and how; nil when the state is what the log says.
    static func difference(of bytes: [UInt8], from truth: PartitionTruth) -> (Invariant, String)? {
        do throws(ByteError) {
            return try compare(bytes, truth)
        } catch {
            return (.replicasAtSameIndexAreIdentical, "a state does not decode: \(error)")
        }
    }

    private static func compare(_ bytes: [UInt8], _ truth: PartitionTruth) throws(ByteError) -> (Invariant, String)? {
        var reader = ByteReader(bytes)
        let index: UInt64 = try reader.read()
        guard index == truth.index else {
            return (.replicasAtSameIndexAreIdentical, "a state says index \(index), the log \(truth.index)")
        }
        let strangers: UInt32 = try reader.read()
        _ = try reader.read(UInt32.self)
        let count = try reader.readCount(minimumBytes: 20)
        for _ in 0..<count {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            guard let shopper = truth.shoppers[user] else {
                return (.replicasAtSameIndexAreIdentical, "a state holds \(user), whom the log does not know")
            }
            if let difference = try compare(&reader, user, shopper) { return difference }
        }
        guard count == truth.shoppers.count else {
            return (.acknowledgedIsRecovered, "a state holds \(count) shoppers, the log \(truth.shoppers.count)")
        }
        if let difference = try difference(ofCorrections: &reader, from: truth.outcomes) {
            return (.outcomesCountOnce, difference)
        }
        let expected = truth.shoppers.values.count { $0.history.isEmpty }
        guard Int(strangers) == expected else {
            return (.replicasAtSameIndexAreIdentical, "a state counts \(strangers) strangers, the log \(expected)")
        }
        return nil
    }

    private static func compare(
        _ reader: inout ByteReader, _ user: UserKey, _ truth: PartitionTruth.ShopperTruth
    ) throws(ByteError) -> (Invariant, String)? {
        let history = try ShopperHistory(from: &reader)
        let events = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in
            try reader.read(UInt64.self)
        }
        var quotes: [ProductKey: PartitionTruth.LoggedPrice] = [:]
        for _ in 0..<(try reader.readCount(minimumBytes: 36)) {
            let product = ProductKey(try reader.read())
            let day: Int32 = try reader.read()
            let anchor = try reader.readMoney()
            quotes[product] = PartitionTruth.LoggedPrice(
                index: 0, price: try reader.readMoney(), anchor: anchor, day: day,
                expiresAt: try reader.readTimestamp())
        }
        let expected = truth.events.suffix(4_096)
        // The truth has each event once.
        guard events.elementsEqual(expected) else { return difference(of: events, from: expected, user) }
        if history != truth.history {
            return (.appliedOnce, "\(user)'s history is not what its \(events.count) events make of it")
        }
        return compare(quotes, user, truth)
    }

    private static func difference(
        of events: [UInt64], from expected: ArraySlice<UInt64>, _ user: UserKey
    ) -> (Invariant, String) {
        let held = Set(events)
        if held.count < events.count { return (.appliedOnce, "\(user) remembers an event twice") }
        if let lost = expected.first(where: { !held.contains($0) }) {
            return (.acknowledgedIsRecovered, "\(user) lacks event \(hexadecimal(lost))")
        }
        return (.replicasAtSameIndexAreIdentical, "\(user) has events that the log does not, or in another order")
    }

    private static func compare(
        _ quotes: [ProductKey: PartitionTruth.LoggedPrice], _ user: UserKey, _ truth: PartitionTruth.ShopperTruth
    ) -> (Invariant, String)? {
        for product in truth.prices.keys.sorted() {
            guard let shown = truth.prices[product]!.last, let quote = quotes[product] else {
                return (.neverRaisedWhilePromised, "\(user) lacks a price that was shown and logged")
            }
            guard quote.price == shown.price, quote.expiresAt == shown.expiresAt, quote.anchor == shown.anchor,
                quote.day == shown.day
            else {
                return (
                    .neverRaisedWhilePromised,
                    "\(user) was shown \(shown.price.minorUnits), the state says \(quote.price.minorUnits)"
                )
            }
        }
        guard quotes.count == truth.prices.count else {
            return (.replicasAtSameIndexAreIdentical, "\(user) has prices that the log does not know")
        }
        return nil
    }
}
