// Prices from a file, beside the truth about their rows. Of the row's features only the moment's are read: shoppers
// and items are known by number.

import Domain
import Learning
import World

enum WorldPrices {
    /// A proposed price, and whose: where stock is scarce, it matters who comes first.
    struct Row {
        var item: String
        /// nil in a world without surroundings.
        var time: Timestamp?
        var proposal: ProposedPrice
    }

    /// Reads proposed prices. `time` is read where rivals, seasons or stock make it matter.
    /// - Parameter column: the one with the prices.
    static func read(path: String, column: String, world: KnownWorld) throws(LearningError) -> [Row] {
        let reader = try CSVReader(path: path)
        let user = try reader.column("user")
        let item = try reader.column("item")
        let reference = try reader.column("reference_price")
        let cost = try reader.column("unit_cost")
        let price = try reader.column(column)
        var moment: [CSVReader.Column] = []
        for column in Moment.columns { moment.append(try reader.column(column.name)) }
        let hasIntervals = ["elasticity_low", "elasticity_high"].allSatisfy(reader.header.contains)
        let interval = hasIntervals ? (try reader.column("elasticity_low"), try reader.column("elasticity_high")) : nil

        let needsTime = world.surroundings != .none
        let time = needsTime ? try reader.column("time") : nil

        var rows: [Row] = []
        while try reader.next() {
            var values: [Double] = []
            for column in moment { values.append(try reader.number(column)) }
            let instant = try time.map { column throws(LearningError) in try reader.instant(column) }
            let demand = world.demand(
                shopper: try number(user, "u", reader), item: try number(item, "i", reader), Moment(values: values),
                at: instant ?? Timestamp(milliseconds: 0))
            let occasion = Occasion(
                demand: demand, referencePrice: try reader.number(reference, in: positive),
                unitCost: try reader.number(cost, in: 0...positive.upperBound))
            var proposal = ProposedPrice(occasion: occasion, price: try reader.number(price, in: positive))
            if let (low, high) = interval, !reader.bytes(low).isEmpty || !reader.bytes(high).isEmpty {
                let lowest = try reader.number(low)
                proposal.elasticity = lowest...(try reader.number(high, in: lowest...Double.greatestFiniteMagnitude))
            }
            rows.append(Row(item: reader.text(item), time: instant, proposal: proposal))
        }
        return rows
    }

    /// The rows by item, in order of time. An item that the file of stock does not name has enough.
    /// - Throws: where there are more states of the shelves than a score can look at.
    static func cycles(of rows: [Row], _ stock: StockFile) throws(LearningError) -> [PricedCycle] {
        let ordered = rows.indices.sorted { left, right in
            (rows[left].time?.milliseconds ?? 0, left) < (rows[right].time?.milliseconds ?? 0, right)
        }
        var items: [String: [Row]] = [:]
        for place in ordered { items[rows[place].item, default: []].append(rows[place]) }
        guard items.keys.contains(where: { stock.entries[$0] != nil }) else {
            throw LearningError(
                place: stock.file, value: "no item of the prices", remedy: "Name items of this world, such as i17.")
        }
        let cycles = items.sorted { $0.key < $1.key }.map { item, rows in
            let entry = stock.entries[item]
            let occasions = rows.map { row in
                var occasion = row.proposal.occasion
                occasion.unitCost = entry?.salvageValue ?? occasion.unitCost
                return occasion
            }
            return PricedCycle(
                StockedCycle(stock: entry?.stock ?? rows.count, occasions: occasions),
                prices: rows.map(\.proposal.price))
        }
        let states = cycles.reduce(0.0) { sum, priced in
            let (shoppers, units) = (priced.cycle.occasions.count, priced.cycle.stock)
            return sum + (units < shoppers ? Double(shoppers) * Double(units) : 0)
        }
        guard states <= mostStates else {
            throw LearningError(
                place: stock.file, value: "\(Int(states)) states of the shelves",
                remedy: "At most \(Int(mostStates)), shoppers times units item by item: score fewer rows.")
        }
        return cycles
    }

    /// A minute or two of work.
    private static let mostStates = 1e9

    /// Amounts that a price can be.
    private static let positive = 0.000_1...1e9

    private static func number(
        _ column: CSVReader.Column, _ prefix: Character, _ reader: CSVReader
    ) throws(LearningError) -> UInt64 {
        guard let number = WorldRows.number(reader.text(column), prefix: prefix) else {
            throw reader.error(column, remedy: "Give a name of this world, such as \(prefix)17.")
        }
        return number
    }
}
