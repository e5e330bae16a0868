// What a worker needs of a preparation: for each shopper and item the numbers that their columns become, so that a row
// can be filled in without a word of the file. Every number is taken from rows that the preparation itself makes, of
// tables in which only one side is known; so serving cannot prepare differently from learning.
//
// - A column belongs to the shopper, to the item, or to the moment (`ColumnOwners`); what belongs to the moment is blank.
// - Components are sums over columns of numbers: each side's part is what it adds to a blank row.
// - A pair of crossed columns with one on each side stays a table of levels.
// - Hours since an instant keep the instant.

import Domain
import Models

package struct ProfileFit: Sendable {
    package let rows: ProfileRows
    package let owners: [String: ColumnOwner]
    /// Shoppers and items that the file has and the model does not, because there are too many: those seen longest ago.
    package let forgotten: Int

    /// Of either table, so that both fit into a bundle that workers accept.
    private static let largestBytes = ModelBundle.largestBytes / 3

    /// - Parameters:
    ///   - preparation: as it serves.
    ///   - table: what it was fitted to, in which each column has the kind that it had then.
    package init(_ preparation: Preparation, _ table: ExposureTable) {
        var known = table
        known.drop(Set(UserHistory.names))
        let owners = ColumnOwners(known).owners
        let layout = RowLayout(preparation)
        let origin = table.times.max().map { min(max($0, .least), .greatest) } ?? .least
        let blanks = BlankTable(known, origin: origin)

        let shoppers = ProfileSide(.shopper, preparation, layout, owners)
        let items = ProfileSide(.item, preparation, layout, owners)
        let blank = preparation.rows(of: blanks.row, threads: 1)
        let tables = [shoppers, items].map { side in
            let every = side.latest(known)
            let kept = Array(every.prefix(Self.largestBytes / side.entryBytes))
            let only = blanks.only(kept, of: known, side.owner, owners)
            return (table: side.table(of: only, blank, origin), forgotten: every.count - kept.count)
        }
        self.owners = owners
        forgotten = tables[0].forgotten + tables[1].forgotten
        rows = ProfileRows(
            blank: blank, shoppers: tables[0].table, items: tables[1].table, origin: origin,
            elapsed: shoppers.elapsed + items.elapsed, crosses: shoppers.crosses(with: items),
            momentPlace: layout.momentPlace)
    }
}

extension Timestamp {
    fileprivate static var least: Timestamp { acceptable.lowerBound }
    fileprivate static var greatest: Timestamp { acceptable.upperBound }
}

/// Where each part of a prepared row begins.
struct RowLayout {
    /// Of each column.
    let columns: [Int]
    let item: Int
    let momentPlace: Int
    /// Of each cross.
    let crosses: [Int]
    let components: Int

    init(_ preparation: Preparation) {
        var place = 0
        func next(_ width: Int) -> Int {
            defer { place += width }
            return place
        }
        columns = preparation.columns.map { next($0.width) }
        item = next(preparation.item.width)
        momentPlace = next(Preparation.momentWidth)
        crosses = preparation.crosses.map { _ in next(CrossPreparation.width) }
        components = next(preparation.components?.count ?? 0)
    }
}

/// Tables in which most is unknown.
private struct BlankTable {
    /// One row of which nothing is known but the moment.
    let row: ExposureTable

    /// A name that no file has: lines of a CSV hold no such thing.
    private static let nobody = "\u{0}"

    init(_ table: ExposureTable, origin: Timestamp) {
        var row = table.rows(at: table.count > 0 ? [0] : [])
        row.forget(ColumnOwner.allCases, [:], name: Self.nobody)
        row.times = row.times.map { _ in origin }
        self.row = row
    }

    /// Rows of a table in which only what belongs to one side is known, at the time of the row.
    func only(
        _ places: [Int], of table: ExposureTable, _ owner: ColumnOwner, _ owners: [String: ColumnOwner]
    ) -> ExposureTable {
        var rows = table.rows(at: places)
        rows.forget(ColumnOwner.allCases.filter { $0 != owner }, owners, name: Self.nobody)
        // A moment later, so that the row itself is past.
        rows.times = rows.times.map { $0.adding(milliseconds: 1) }
        return rows
    }
}

extension ExposureTable {
    /// - Parameter owners: of the columns; one that is not there belongs to the moment.
    fileprivate mutating func forget(_ forgotten: [ColumnOwner], _ owners: [String: ColumnOwner], name: String) {
        if forgotten.contains(.shopper) { users = users.map { _ in name } }
        if forgotten.contains(.item) { items = items.map { _ in name } }
        for index in features.indices where forgotten.contains(owners[features[index].name] ?? .moment) {
            switch features[index].values {
            case .numbers(let values): features[index].values = .numbers(values.map { _ in .nan })
            case .hours(let values): features[index].values = .hours(values.map { _ in .nan })
            case .levels(let values): features[index].values = .levels(values.map { _ in name })
            }
        }
    }
}

/// The shoppers, or the items.
private struct ProfileSide {
    /// What a number of an entry is, and where to take it from.
    enum Source {
        case value(place: Int)
        case part(place: Int)
        /// Of the column with this name, among the levels of this cross.
        case level(name: String, cross: Int)
        /// Of the feature column of hours with this name.
        case instant(name: String)
        /// When a shopper was seen last.
        case lastSeen
    }

    let owner: ColumnOwner
    let preparation: Preparation
    let layout: RowLayout
    private(set) var sources: [Source] = []
    private(set) var elapsed: [ProfileRows.Elapsed] = []

    init(_ owner: ColumnOwner, _ preparation: Preparation, _ layout: RowLayout, _ owners: [String: ColumnOwner]) {
        self.owner = owner
        self.preparation = preparation
        self.layout = layout
        for (column, place) in zip(preparation.columns, layout.columns) {
            if preparation.history != nil, UserHistory.names.contains(column.name) {
                guard owner == .shopper else { continue }
                if column.name == UserHistory.hoursSince {
                    addElapsed(.lastSeen, column, at: place)
                } else {
                    addValues(place, column.width)
                }
            } else if owners[column.name] == owner {
                if case .hours = column.preparation {
                    addElapsed(.instant(name: column.name), column, at: place)
                } else {
                    addValues(place, column.width)
                }
            }
        }
        if owner == .item { addValues(layout.item, preparation.item.width) }
        addCrosses(owners)
        for component in 0..<(preparation.components?.count ?? 0) {
            sources.append(.part(place: layout.components + component))
        }
    }

    var columns: [ProfileTable.Column] {
        sources.map { source in
            switch source {
            case .value(let place): .value(place: place)
            case .part(let place): .part(place: place)
            case .level: .level
            case .instant, .lastSeen: .instant
            }
        }
    }

    private mutating func addValues(_ place: Int, _ width: Int) {
        for offset in 0..<width { sources.append(.value(place: place + offset)) }
    }

    private mutating func addElapsed(_ source: Source, _ column: Preparation.Column, at place: Int) {
        guard let number = column.number else { return }
        elapsed.append(
            ProfileRows.Elapsed(
                place: place, isOfShopper: owner == .shopper, column: sources.count, usual: number.usual,
                tellsBlanks: number.tellsBlanks))
        sources.append(source)
    }

    /// Where the other column belongs to the other side, the level; else both numbers.
    private mutating func addCrosses(_ owners: [String: ColumnOwner]) {
        for (index, cross) in preparation.crosses.enumerated() {
            let sides = [cross.first, cross.second].map { owners[$0] ?? .moment }
            guard let mine = sides.firstIndex(of: owner) else { continue }
            if sides.contains(owner == .shopper ? .item : .shopper) {
                sources.append(.level(name: mine == 0 ? cross.first : cross.second, cross: index))
            } else {
                addValues(layout.crosses[index], CrossPreparation.width)
            }
        }
    }

    /// A key and its numbers.
    var entryBytes: Int { 8 + 4 * sources.count }

    private func names(_ table: ExposureTable) -> [String] { owner == .shopper ? table.users : table.items }

    /// The last row of each name, the latest first.
    func latest(_ table: ExposureTable) -> [Int] {
        let (names, times) = (names(table), table.times)
        var last: [String: Int] = [:]
        for row in names.indices {
            if let known = last[names[row]], times[known] > times[row] { continue }
            last[names[row]] = row
        }
        return last.values.sorted { (times[$1], $0) < (times[$0], $1) }
    }

    /// - Parameters:
    ///   - known: a row for each name, in which only this side is known.
    ///   - blank: a row in which nothing is.
    func table(of known: ExposureTable, _ blank: [Float], _ origin: Timestamp) -> ProfileTable {
        let prepared = preparation.rows(of: known)
        let features = Dictionary(
            known.features.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        let names = names(known)
        let entries = names.indices.map { row in
            let values = sources.map { source -> Float in
                switch source {
                case .value(let place): return prepared[row * blank.count + place]
                case .part(let place): return prepared[row * blank.count + place] - blank[place]
                case .level(let name, let cross):
                    return Float(preparation.crosses[cross].level(features[name]?.texts[row] ?? "", of: name))
                case .instant(let name):
                    return hours(from: origin, to: known.times[row], less: features[name]?.floats?[row] ?? .nan)
                case .lastSeen: return hours(from: origin, to: known.times[row], less: 0)
                }
            }
            return (key: ProfileTable.key(names[row]), values: values)
        }
        return ProfileTable(columns: columns, entries: entries)
    }

    private func hours(from origin: Timestamp, to time: Timestamp, less hours: Float) -> Float {
        Float(Double(time.milliseconds - origin.milliseconds) / 3_600_000 - Double(hours))
    }

    /// The crossed columns of which one is the shopper's and one the item's.
    func crosses(with items: ProfileSide) -> [ProfileRows.Cross] {
        preparation.crosses.indices.compactMap { index in
            guard let one = column(of: index), let other = items.column(of: index) else { return nil }
            let cross = preparation.crosses[index]
            let isTurned = one.name != cross.first
            let counts = (cross.firstLevels.count + 1, cross.secondLevels.count + 1)
            let levels = isTurned ? (shopper: counts.1, item: counts.0) : (shopper: counts.0, item: counts.1)
            var values: [Float] = []
            for shopper in 0..<levels.shopper {
                for item in 0..<levels.item {
                    let cell = isTurned ? item * counts.1 + shopper : shopper * counts.1 + item
                    values += [cross.logOdds[cell], cross.slopes[cell]]
                }
            }
            return ProfileRows.Cross(
                place: layout.crosses[index], shopperColumn: one.column, itemColumn: other.column, levels: levels,
                values: values)
        }
    }

    private func column(of cross: Int) -> (column: Int, name: String)? {
        for (column, source) in sources.enumerated() {
            if case .level(let name, cross) = source { return (column, name) }
        }
        return nil
    }
}
