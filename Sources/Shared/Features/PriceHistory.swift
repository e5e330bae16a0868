// What a product cost before. Prices are set in some week and hold until they change; the reference price, which
// a shelf price is compared with (Mazumdar, Raj and Sinha, 2005), is the mean over the weeks so far: one number
// that needs no smoothing constant and, as a sum of integers, no agreement on the order of arrival.

import Domain
import Glibc

/// The public prices of one product, week by week.
public struct PriceHistory: Equatable, Sendable {
    /// Weeks remembered, the latest one included.
    public static let window: Int32 = 64

    /// One week in which a price was set.
    struct Week: Equatable, Sendable {
        var week: Int32
        /// The price of that week.
        var price: Money
        /// The price of the following weeks, until the next entry: a deal ends, the list price stays.
        var regular: Money
    }

    /// Ascending by week. The first entry may be older than the window: it still holds when the window opens.
    private(set) var weeks: [Week] = []

    public init() {}

    /// Notes the price of `week`; the last one to arrive in a week wins.
    /// - Parameter regular: what holds in later weeks until the next entry; the price itself unless given.
    public mutating func apply(price: Money, regular: Money? = nil, week: Int32) {
        let entry = Week(week: week, price: Self.bounded(price), regular: Self.bounded(regular ?? price))
        let index = weeks.partitioningIndex { $0.week >= week }
        if index < weeks.count, weeks[index].week == week {
            weeks[index] = entry
        } else {
            weeks.insert(entry, at: index)
        }
        forget()
    }

    /// Notes what a catalogue row says about the public price.
    public mutating func apply(_ row: CatalogueRow, calendar: ShopCalendar) {
        apply(
            price: row.publicPrice(at: row.effectiveAt), regular: row.listPrice,
            week: calendar.week(of: row.effectiveAt))
    }

    /// The mean price of the weeks before `week`, at most 52 of them, in minor units; nil when none is known.
    /// O(weeks).
    public func referencePrice(before week: Int32) -> Double? {
        var sum: Int64 = 0
        var count: Int64 = 0
        forEachStretch(before: week) { ages, price in
            sum += Int64(ages.count) * price.minorUnits
            count += Int64(ages.count)
        }
        return count == 0 ? nil : Double(sum) / Double(count)
    }

    /// How far the logarithm of the price lay from its mean in each of the same weeks; element i is the week
    /// `week - 1 - i`. Ends with the first week in which a price is known. O(weeks).
    func logDeviations(before week: Int32) -> [Float] {
        var logarithms: [Double] = []
        var sum = 0.0
        forEachStretch(before: week) { ages, price in
            let logarithm = log(max(1, price.real))
            for _ in ages {
                logarithms.append(logarithm)
                sum += logarithm
            }
        }
        let mean = sum / Double(max(1, logarithms.count))
        return logarithms.map { Float($0 - mean) }
    }

    /// The weeks before `week`, at most 52 of them, as stretches of one price, the latest stretch first. No week is
    /// missing between the latest and the first with a price.
    /// - Parameter body: takes the ages of the weeks, 0 for the week before `week`, and their price.
    private func forEachStretch(before week: Int32, _ body: (Range<Int64>, Money) -> Void) {
        var until = Int64(week)
        let horizon = Int64(week) - Int64(ShopperSummary.horizon)
        for entry in weeks.reversed() where Int64(entry.week) < week {
            let start = Int64(entry.week)
            let opening = max(start + 1, horizon)
            if opening < until { body(Int64(week) - until..<Int64(week) - opening, entry.regular) }
            if start >= horizon { body(Int64(week) - start - 1..<Int64(week) - start, entry.price) }
            until = start
            if start <= horizon { break }
        }
    }

    /// Drops entries that no week inside the window can need any more.
    private mutating func forget() {
        guard let latest = weeks.last?.week else { return }
        let opening = Int64(latest) - Int64(Self.window)
        let kept = weeks.partitioningIndex { Int64($0.week) > opening }
        if kept > 1 { weeks.removeFirst(kept - 1) }
    }
}

extension PriceHistory {
    /// Writes the canonical form: equal histories give equal bytes.
    public func encode(to writer: inout ByteWriter) {
        writer.write(weeks) { writer, entry in
            writer.write(entry.week)
            writer.write(entry.price)
            writer.write(entry.regular)
        }
    }

    /// Reads what `encode` wrote.
    public init(from reader: inout ByteReader) throws(ByteError) {
        weeks = try reader.readArray(minimumBytes: 20) { reader throws(ByteError) in
            Week(week: try reader.read(), price: try reader.readMoney(), regular: try reader.readMoney())
        }
        let ascends = zip(weeks, weeks.dropFirst()).allSatisfy { $0.week < $1.week }
        let bounded = weeks.allSatisfy { Self.prices.contains($0.price) && Self.prices.contains($0.regular) }
        let given = weeks
        forget()
        guard ascends, bounded, weeks == given else {
            throw reader.error("ends a price history that is not in canonical form")
        }
    }

    /// Prices whose sums over a window cannot overflow.
    private static let prices = Money.zero...Limits.price

    private static func bounded(_ price: Money) -> Money { min(max(price, .zero), Limits.price) }
}
