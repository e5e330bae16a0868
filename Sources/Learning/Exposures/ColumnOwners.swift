// Whose a column is. A file of exposures says the same of a shopper in each of their rows: their age, say, beside what is
// true of the item, and what was true of that moment only. When the cluster is asked for a price, it knows who asks for
// what, and none of the columns; so what was said of a shopper last, and of an item, travels with the model.

import Domain

/// What a column tells about.
public enum ColumnOwner: String, Sendable, CaseIterable {
    case shopper, item
    /// The moment of the exposure: unknown when a price is asked.
    case moment
}

struct ColumnOwners {
    /// Of each feature column of the table, by name.
    let owners: [String: ColumnOwner]

    /// Shopper's or item's rows may differ from the one before in this share, as when somebody moves house.
    private static let mostChanges = 0.05
    /// Hours by which two readings of one instant may differ.
    private static let tolerance = 0.1

    init(_ table: ExposureTable) {
        let byTime = table.times.indices.sorted { (table.times[$0], $0) < (table.times[$1], $1) }
        let shoppers = Self.repeats(table.users, in: byTime)
        let items = Self.repeats(table.items, in: byTime)
        owners = Dictionary(
            table.features.map { ($0.name, Self.owner($0.values, table.times, shoppers: shoppers, items: items)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Rows of a name that was seen before, each with the one before it.
    private static func repeats(_ names: [String], in order: [Int]) -> [(earlier: Int, later: Int)] {
        var last: [String: Int] = [:]
        var repeats: [(earlier: Int, later: Int)] = []
        for row in order {
            if let earlier = last.updateValue(row, forKey: names[row]) { repeats.append((earlier, row)) }
        }
        return repeats
    }

    private static func owner(
        _ values: FeatureColumn, _ times: [Timestamp], shoppers: [(earlier: Int, later: Int)],
        items: [(earlier: Int, later: Int)]
    ) -> ColumnOwner {
        func changes(_ repeats: [(earlier: Int, later: Int)]) -> Double? {
            guard !repeats.isEmpty else { return nil }
            return Double(repeats.count { !isSame(values, times, $0.earlier, $0.later) }) / Double(repeats.count)
        }
        let (byItem, byShopper) = (changes(items), changes(shoppers))
        if let byItem, byItem <= min(mostChanges, byShopper ?? 1) { return .item }
        // Nobody came twice: nothing speaks against the shopper's.
        return byShopper ?? 0 <= mostChanges ? .shopper : .moment
    }

    private static func isSame(_ values: FeatureColumn, _ times: [Timestamp], _ one: Int, _ other: Int) -> Bool {
        switch values {
        case .levels(let levels): return levels[one] == levels[other]
        case .numbers(let numbers): return numbers[one] == numbers[other] || numbers[one].isNaN && numbers[other].isNaN
        case .hours(let hours):
            guard !hours[one].isNaN, !hours[other].isNaN else { return hours[one].isNaN && hours[other].isNaN }
            let passed = Double(times[other].milliseconds - times[one].milliseconds) / 3_600_000
            let difference = abs(Double(hours[other]) - Double(hours[one]) - passed)
            return difference <= tolerance + Double(hours[one].magnitude.ulp)
        }
    }
}
