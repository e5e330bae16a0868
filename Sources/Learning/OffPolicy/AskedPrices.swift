// Prices to be judged, from a file with a row for each exposure.

import Domain

/// A price for each user, item and time.
public struct AskedPrices {
    private let prices: [ExposureKey: Double]
    private let file: String

    /// - Parameter column: where the prices are.
    public init(path: String, column: String) throws(LearningError) {
        let reader = try CSVReader(path: path)
        let (user, item, time) = (try reader.column("user"), try reader.column("item"), try reader.column("time"))
        let price = try reader.column(column)
        var prices: [ExposureKey: Double] = [:]
        while try reader.next() {
            let value = try reader.number(price)
            guard value > 0, value < ExposureTable.dearest else {
                throw reader.error(price, remedy: "Give an amount above 0.")
            }
            let key = ExposureKey(
                user: reader.text(user), item: reader.text(item), time: try reader.instant(time))
            if let earlier = prices.updateValue(value, forKey: key), earlier != value {
                throw reader.error(price, remedy: "An earlier row asks \(earlier) for the same user, item and time.")
            }
        }
        self.prices = prices
        file = reader.name
    }

    /// - Returns: (rows,).
    public func prices(of table: ExposureTable) throws(LearningError) -> [Double] {
        var found: [Double] = []
        found.reserveCapacity(table.count)
        for row in 0..<table.count {
            guard let price = prices[table.key(row)] else {
                throw LearningError(
                    place: "\(table.file):\(table.lines[row])", value: "\(table.users[row]), \(table.items[row])",
                    remedy: "Give its price in \(file): a row with the same user, item and time.")
            }
            found.append(price)
        }
        return found
    }
}
