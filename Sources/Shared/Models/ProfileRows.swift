// The rows of a model that was learned from a file of exposures: what the file said of the shopper, what it said of the
// item, and what only the moment tells. A worker does not prepare columns: what can be prepared was, where the model was
// learned, and travels as numbers; a row is one copy and a few assignments. The other way, the columns that a model of the
// cluster's own log is learned from, is `FeatureSchema`.

import Domain
import Glibc

public struct ProfileRows: Equatable, Sendable {
    /// Hours since an instant that an entry holds.
    public struct Elapsed: Equatable, Sendable {
        /// Of the number in a row.
        public var place: Int
        /// Whose instant, and its column there.
        public var isOfShopper: Bool
        public var column: Int
        /// Hours outside are moved to the nearer end.
        public var usual: ClosedRange<Float>
        /// Whether the next place of the row says that it is not known.
        public var tellsBlanks: Bool

        public init(place: Int, isOfShopper: Bool, column: Int, usual: ClosedRange<Float>, tellsBlanks: Bool) {
            self.place = place
            self.isOfShopper = isOfShopper
            self.column = column
            self.usual = usual
            self.tellsBlanks = tellsBlanks
        }
    }

    /// Two numbers of a row for a level of the shopper and one of the item together.
    public struct Cross: Equatable, Sendable {
        /// Of the first of the two.
        public var place: Int
        /// Columns of the levels, in the tables of shoppers and items.
        public var shopperColumn: Int
        public var itemColumn: Int
        /// Of the shopper and of the item; an unknown one has the last.
        public var levels: (shopper: Int, item: Int) { (shopperLevels, itemLevels) }
        var shopperLevels: Int
        var itemLevels: Int
        /// (shopper levels, item levels, 2) row-major.
        public var values: [Float]

        /// - Precondition: two numbers for each pair of levels.
        public init(
            place: Int, shopperColumn: Int, itemColumn: Int, levels: (shopper: Int, item: Int), values: [Float]
        ) {
            precondition(values.count == 2 * levels.shopper * levels.item, "two numbers for each pair")
            self.place = place
            self.shopperColumn = shopperColumn
            self.itemColumn = itemColumn
            shopperLevels = levels.shopper
            itemLevels = levels.item
            self.values = values
        }
    }

    /// What only the moment tells.
    public struct Moment: Sendable {
        /// In units of the currency.
        public var referencePrice: Double
        public var unitCost: Double
        public var time: Timestamp

        public init(referencePrice: Double, unitCost: Double, time: Timestamp) {
            self.referencePrice = referencePrice
            self.unitCost = unitCost
            self.time = time
        }

        /// Log reference price, cost share, hour, weekday: the four columns that every row has.
        public var features: [4 of Float] {
            let seconds = time.milliseconds / 1_000
            return [
                Float(log(referencePrice)), Float(min(unitCost / referencePrice, 10)),
                Float((seconds % 86_400 + 86_400) % 86_400 / 3_600),
                Float(((seconds / 86_400 + 3) % 7 + 7) % 7),
            ]
        }
    }

    /// A row of which nothing is known. (width,)
    public let blank: [Float]
    public let shoppers: ProfileTable
    public let items: ProfileTable
    /// Where instants are counted from.
    public let origin: Timestamp
    public let elapsed: [Elapsed]
    public let crosses: [Cross]
    /// Of the first of the moment's four columns.
    public let momentPlace: Int

    public init(
        blank: [Float], shoppers: ProfileTable, items: ProfileTable, origin: Timestamp, elapsed: [Elapsed],
        crosses: [Cross], momentPlace: Int
    ) {
        self.blank = blank
        self.shoppers = shoppers
        self.items = items
        self.origin = origin
        self.elapsed = elapsed
        self.crosses = crosses
        self.momentPlace = momentPlace
    }

    public var width: Int { blank.count }

    /// Writes one row; allocates nothing.
    /// - Shape: `rows` is (N, width) row-major; the row `row` is overwritten.
    /// - Parameters: entries of the tables; nil for somebody, or something, unknown.
    public func fill(_ rows: inout MutableSpan<Float>, row: Int, shopper: Int?, item: Int?, moment: Moment) {
        let base = row * width
        for place in blank.indices { rows[base + place] = blank[place] }
        fill(&rows, base: base, shoppers, shopper)
        fill(&rows, base: base, items, item)
        for elapsed in elapsed { fill(&rows, base: base, elapsed, elapsed.isOfShopper ? shopper : item, moment.time) }
        for cross in crosses {
            let one = shopper.map { Int(shoppers.value($0, cross.shopperColumn)) } ?? cross.shopperLevels - 1
            let other = item.map { Int(items.value($0, cross.itemColumn)) } ?? cross.itemLevels - 1
            let cell = 2 * (one * cross.itemLevels + other)
            rows[base + cross.place] = cross.values[cell]
            rows[base + cross.place + 1] = cross.values[cell + 1]
        }
        let features = moment.features
        for column in features.indices { rows[base + momentPlace + column] = features[column] }
    }

    private func fill(_ rows: inout MutableSpan<Float>, base: Int, _ table: ProfileTable, _ entry: Int?) {
        guard let entry else { return }
        for column in table.columns.indices {
            switch table.columns[column] {
            case .value(let place): rows[base + place] = table.value(entry, column)
            case .part(let place): rows[base + place] += table.value(entry, column)
            case .level, .instant: break
            }
        }
    }

    private func fill(
        _ rows: inout MutableSpan<Float>, base: Int, _ elapsed: Elapsed, _ entry: Int?, _ time: Timestamp
    ) {
        guard let entry else { return }
        let instant = (elapsed.isOfShopper ? shoppers : items).value(entry, elapsed.column)
        let hours = Float(Double(time.milliseconds - origin.milliseconds) / 3_600_000 - Double(instant))
        // What has not begun yet is not known either.
        guard hours > 0 else { return }
        rows[base + elapsed.place] = min(max(hours, elapsed.usual.lowerBound), elapsed.usual.upperBound)
        if elapsed.tellsBlanks { rows[base + elapsed.place + 1] = 0 }
    }
}
