// Rows to learn from: what was known before the price was shown, the price, and whether it was bought.

import Domain
import Features

/// Feature rows, labels and prices.
public struct TrainingMatrix: Sendable {
    /// Features in a row.
    public let width: Int
    /// (count, width) row-major.
    public internal(set) var features: [Float] = []
    /// ln(price / reference), not centred. (count,)
    public internal(set) var logRelativePrices: [Float] = []
    /// 1 bought, 0 not. (count,)
    public internal(set) var labels: [Float] = []
    /// Place of each row's product in `TrainingData.products`; empty when nobody asks. (count,)
    public internal(set) var products: [UInt16] = []
    /// Place of each row's shopper in `TrainingData.shoppers`; empty when nobody asks. (count,)
    public internal(set) var shoppers: [UInt32] = []

    /// Places in a row of numbers that measure something, where halves and sums mean something: no marks, and nothing
    /// that was computed from levels. Squares and products of them may matter.
    public var numbers: [Int] = []

    /// Places in a row of numbers that go round, such as hours and weekdays: what a line says of those that were seen it
    /// must not say of those to come.
    public var clocks: [Int] = []

    public init(width: Int = FeatureSchema.count) { self.width = width }

    public var count: Int { labels.count }
    public var positives: Int { labels.count { $0 > 0.5 } }

    /// Adds one row.
    /// - Precondition: `row` has the matrix's width.
    public mutating func append(
        row: [Float], logRelativePrice: Float, bought: Bool, product: UInt16, shopper: UInt32? = nil
    ) {
        precondition(row.count == width, "a row has \(width) features")
        features += row
        logRelativePrices.append(logRelativePrice)
        labels.append(bought ? 1 : 0)
        products.append(product)
        if let shopper { shoppers.append(shopper) }
    }

    /// As if every week were like any other: all rows at the reference price, no promotion, and nothing known of what
    /// prices did to a shopper.
    public var withoutMarket: TrainingMatrix {
        var matrix = self
        matrix.logRelativePrices = Array(repeating: 0, count: count)
        for column in FeatureSchema.tags.indices where FeatureSchema.tags[column].tellsOfMarket {
            for row in 0..<count { matrix.features[row * width + column] = 0 }
        }
        return matrix
    }

    /// One row, for tests and golden predictions.
    public func row(_ index: Int) -> [Float] { Array(features[(index * width)..<((index + 1) * width)]) }

    /// - Shape: result (count, columns.count) row-major.
    func selecting(_ columns: [Int]) -> [Float] {
        var selected: [Float] = []
        selected.reserveCapacity(count * columns.count)
        for row in 0..<count {
            for column in columns { selected.append(features[row * width + column]) }
        }
        return selected
    }

    /// The rows at these places, in their order.
    public func rows(at places: [Int]) -> TrainingMatrix {
        var chosen = TrainingMatrix(width: width)
        chosen.numbers = numbers
        chosen.clocks = clocks
        chosen.features.reserveCapacity(places.count * width)
        for place in places { chosen.features += features[(place * width)..<((place + 1) * width)] }
        chosen.logRelativePrices = places.map { logRelativePrices[$0] }
        chosen.labels = places.map { labels[$0] }
        chosen.products = products.isEmpty ? [] : places.map { products[$0] }
        chosen.shoppers = shoppers.isEmpty ? [] : places.map { shoppers[$0] }
        return chosen
    }
}
