// Sales as a shop writes them down: one row for an item and a period. Mistakes are named by their line; a period
// without a row is unknown unless the caller says that it is a zero.

import Domain
import Market

/// The items of one file on one grid of time.
public struct SalesFile: Sendable {
    public let grid: TimeGrid
    /// In the order of the file. All end with the file's last period.
    public private(set) var items: [ItemSales]
    /// What a reader should know about the file, in sentences.
    public private(set) var findings: [String]

    /// Reads a file with the columns item, time and units, optionally price, regular_price, display, mailer, holiday.
    /// - Parameters:
    ///   - planned: a file of the same columns without units: prices and promotions, of future periods too.
    ///   - missingIsZero: a period without a row sold nothing, instead of being unknown.
    public init(path: String, planned: String? = nil, missingIsZero: Bool = false) throws(LearningError) {
        let sales = try ItemRows(path: path, withUnits: true)
        let plans = try planned.map { path throws(LearningError) in try ItemRows(path: path, withUnits: false) }
        guard let grid = TimeGrid(style: sales.style, items: sales.items.map { $0.rows.map(\.time) }) else {
            throw LearningError(
                place: sales.file, value: "one period for each item", remedy: "Give at least twelve periods.")
        }
        self.grid = grid
        let last = try sales.periods(on: grid).max() ?? 0
        findings = sales.findings + sales.otherDistances(than: grid)
        items = []
        for index in sales.items.indices {
            items.append(
                try sales.history(of: index, on: grid, until: last, missing: missingIsZero ? 0 : nil, plans: plans))
        }
        if let finding = displaysWithDeals { findings.append(finding) }
        guard let plans else { return }
        guard plans.style == sales.style else {
            throw LearningError(
                place: "\(plans.file):2:time", value: "another way to write times",
                remedy: "Write them as in \(sales.file).")
        }
        findings += plans.findings
        let sold = Set(items.map(\.item))
        let unknown = plans.items.filter { !sold.contains($0.item) }
        guard unknown.count < plans.items.count else {
            throw LearningError(
                place: "\(plans.file):2:item", value: plans.items.first?.item ?? "",
                remedy: "Name items as \(sales.file) names them; it has none of those that are planned.")
        }
        let others = unknown.isEmpty ? "" : "; it also names \(Self.some(unknown.map(\.item))), without sales"
        findings.append(
            "\(plans.items.count - unknown.count) of \(items.count) items have prices in \(plans.file)\(others)")
    }

    /// The first few of many names.
    fileprivate static func some(_ names: [String]) -> String {
        names.prefix(3).map { "“\($0)”" }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    }

    /// Says that deals and displays, or mailers, always came together; nil when they did not.
    private var displaysWithDeals: String? {
        let settings = items.flatMap { $0.settings.prefix($0.units.count) }
        func alwaysTogether(_ share: (SalesSetting) -> Double) -> Bool {
            let pairs = settings.map { setting in
                (
                    isDeal: setting.price.map { $0 < 0.98 * (setting.regularPrice ?? $0) } ?? false,
                    isShown: share(setting) > 0
                )
            }
            return pairs.contains { $0.isDeal } && pairs.allSatisfy { $0.isDeal == $0.isShown }
        }
        let columns = [("display", alwaysTogether(\.displayShare)), ("mailer", alwaysTogether(\.mailerShare))]
        let names = columns.filter(\.1).map(\.0)
        guard !names.isEmpty else { return nil }
        return
            "every deal came with \(names.joined(separator: " and ")) and none without: what either does alone, and so "
            + "a plan of one without the other, is a guess"
    }

    /// Items of which some periods are unknown.
    public var itemsWithGaps: Int { items.count { $0.units.contains { $0 == nil } } }
}

/// The rows of one file, by item.
private struct ItemRows {
    struct Row {
        var time: Int64
        var line: Int
        var units: Double
        var setting: SalesSetting
    }

    let file: String
    private(set) var style = TimeStyle.number
    private(set) var items: [(item: String, rows: [Row])] = []
    private(set) var findings: [String] = []
    /// Whether any column besides units was there.
    private let hasSettings: Bool
    private var places: [String: Int] = [:]

    init(path: String, withUnits: Bool) throws(LearningError) {
        let reader = try CSVReader(path: path)
        file = reader.name
        guard Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","), remedy: "Name every column once.")
        }
        let columns = try Columns(reader, withUnits: withUnits)
        hasSettings = columns.hasSettings
        var isFirst = true
        while try reader.next() {
            let name = try reader.name(columns.item)
            let (time, style) = try reader.periodTime(columns.time)
            guard isFirst || style == self.style else {
                throw reader.error(columns.time, remedy: "Write all times of a file in the same way.")
            }
            self.style = style
            isFirst = false
            let units = try columns.units.map { column throws(LearningError) in
                try reader.number(column, in: 0...MarketLimits.units)
            }
            let row = Row(
                time: time, line: reader.line, units: units ?? 0, setting: try columns.setting(reader))
            if places[name] == nil {
                places[name] = items.count
                items.append((name, []))
            }
            items[places[name] ?? 0].rows.append(row)
        }
        guard !items.isEmpty else {
            throw LearningError(
                place: file, value: "a header and no rows", remedy: "Give one row for an item and period.")
        }
        try settle()
    }

    /// Puts rows in order of time and takes out repeated ones.
    private mutating func settle() throws(LearningError) {
        var disordered = 0
        var repeated = 0
        for index in items.indices {
            var rows = items[index].rows
            items[index].rows = []
            if zip(rows, rows.dropFirst()).contains(where: { $0.time > $1.time }) { disordered += 1 }
            rows.sort { ($0.time, $0.line) < ($1.time, $1.line) }
            var kept: [Row] = []
            for row in rows {
                guard let before = kept.last, before.time == row.time else {
                    kept.append(row)
                    continue
                }
                guard before.units == row.units, before.setting == row.setting else {
                    throw LearningError(
                        place: "\(file):\(row.line)", value: "\(items[index].item) again, unlike line \(before.line)",
                        remedy: "Give each item one row for a period: add up its units.")
                }
                repeated += 1
            }
            items[index].rows = kept
        }
        if disordered > 0 { findings.append("\(disordered) items were not in order of time: sorted") }
        if repeated > 0 { findings.append("\(repeated) rows repeated another one: dropped") }
    }

    /// Says which items have most of their rows further apart than the periods of the grid.
    func otherDistances(than grid: TimeGrid) -> [String] {
        let sparse = items.compactMap { item, rows in
            grid.usualDistance(of: rows.map(\.time)).flatMap { $0 > 1 ? (item: item, distance: $0) : nil }
        }
        guard let first = sparse.first else { return [] }
        let names = SalesFile.some(sparse.map(\.item))
        return [
            "\(sparse.count) items (\(names)) mostly have a row every \(first.distance) periods or more, where a period is "
                + "a \(grid.stepText): their units are taken for those of one period, and forecast so. Where they are "
                + "sums of several, forecast these items from a file of their own; where nothing was sold between, "
                + "--missing-is-zero"
        ]
    }

    /// The period of every row.
    func periods(on grid: TimeGrid) throws(LearningError) -> [Int] {
        var periods: [Int] = []
        for entry in items { for row in entry.rows { periods.append(try period(of: row, on: grid)) } }
        return periods
    }

    private func period(of row: Row, on grid: TimeGrid) throws(LearningError) -> Int {
        guard let period = grid.period(of: row.time) else {
            throw LearningError(
                place: "\(file):\(row.line):time", value: "a time between two periods",
                remedy:
                    "Rows are \(grid.stepText) apart, counted from \(grid.text(0)): sum units by such periods, and date "
                    + "those of a month by its first day.")
        }
        guard abs(period) <= MarketLimits.periods else {
            throw LearningError(
                place: "\(file):\(row.line):time", value: "period \(period) from \(grid.text(0))",
                remedy: "Give at most \(MarketLimits.periods) periods of \(grid.stepText), or correct the time.")
        }
        return period
    }

    func history(
        of index: Int, on grid: TimeGrid, until last: Int, missing: Double?, plans: ItemRows?
    ) throws(LearningError) -> ItemSales {
        let (item, rows) = items[index]
        let start = try rows.first.map { row throws(LearningError) in try period(of: row, on: grid) } ?? 0
        var sales = ItemSales(
            item: item, start: start, units: [Double?](repeating: missing, count: last - start + 1))
        for row in rows { sales.units[try period(of: row, on: grid) - start] = row.units }
        var settings: [Int: SalesSetting] = [:]
        if hasSettings { for row in rows { settings[try period(of: row, on: grid) - start] = row.setting } }
        if let plans, let place = plans.places[item] {
            for row in plans.items[place].rows {
                settings[try plans.period(of: row, on: grid) - start] = row.setting
            }
        }
        guard let latest = settings.keys.max(), latest >= 0 else { return sales }
        // Where nothing is said the regular price goes on, without a promotion.
        var regular: Double?
        sales.settings = (0...max(latest, last - start)).map { place in
            let setting = settings[place] ?? SalesSetting(price: regular, regularPrice: regular)
            regular = setting.regularPrice ?? setting.price ?? regular
            return setting
        }
        return sales
    }
}

private struct Columns {
    let item: CSVReader.Column
    let time: CSVReader.Column
    var units: CSVReader.Column?
    var price: CSVReader.Column?
    var regularPrice: CSVReader.Column?
    var display: CSVReader.Column?
    var mailer: CSVReader.Column?
    var holiday: CSVReader.Column?

    var hasSettings: Bool { [price, regularPrice, display, mailer, holiday].contains { $0 != nil } }

    init(_ reader: CSVReader, withUnits: Bool) throws(LearningError) {
        item = try reader.column("item")
        time = try reader.column("time")
        if withUnits { units = try reader.column("units") } else { price = try reader.column("price") }
        func optional(_ names: String...) throws(LearningError) -> CSVReader.Column? {
            guard let name = names.first(where: reader.header.contains) else { return nil }
            return try reader.column(name)
        }
        price = try optional("price")
        regularPrice = try optional("regular_price")
        display = try optional("display", "display_share")
        mailer = try optional("mailer", "mailer_share")
        holiday = try optional("holiday")
    }

    func setting(_ reader: CSVReader) throws(LearningError) -> SalesSetting {
        func share(_ column: CSVReader.Column?) throws(LearningError) -> Double {
            guard let column else { return 0 }
            return try reader.number(column, in: 0...1)
        }
        func amount(_ column: CSVReader.Column?) throws(LearningError) -> Double? {
            guard let column else { return nil }
            let value = try reader.number(column)
            guard value > 0, value <= MarketLimits.price else {
                throw reader.error(column, remedy: "Give a price above 0 and at most \(MarketLimits.price).")
            }
            return value
        }
        return SalesSetting(
            price: try amount(price), regularPrice: try amount(regularPrice), displayShare: try share(display),
            mailerShare: try share(mailer), holiday: try share(holiday))
    }
}
