// Prices from a file, beside the truth about their rows. Of the row's features only the moment's are read: shoppers
// and items are known by number.

import Domain
import Learning
import World

enum WorldPrices {
    /// Reads proposed prices.
    /// - Parameter column: the one with the prices.
    static func read(path: String, column: String, world: KnownWorld) throws(LearningError) -> [ProposedPrice] {
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

        var proposals: [ProposedPrice] = []
        while try reader.next() {
            var values: [Double] = []
            for column in moment { values.append(try reader.number(column)) }
            let demand = world.demand(
                shopper: try number(user, "u", reader), item: try number(item, "i", reader), Moment(values: values))
            let occasion = Occasion(
                demand: demand, referencePrice: try reader.number(reference, in: positive),
                unitCost: try reader.number(cost, in: 0...positive.upperBound))
            var proposal = ProposedPrice(occasion: occasion, price: try reader.number(price, in: positive))
            if let (low, high) = interval, !reader.bytes(low).isEmpty || !reader.bytes(high).isEmpty {
                let lowest = try reader.number(low)
                proposal.elasticity = lowest...(try reader.number(high, in: lowest...Double.greatestFiniteMagnitude))
            }
            proposals.append(proposal)
        }
        return proposals
    }

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
