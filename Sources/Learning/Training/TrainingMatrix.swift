// One row for every shopper with a basket in the week and every product, labelled "bought". Built by replaying
// the events through `Features`, the same code in the same order as a worker folds its log.

import Domain
import Features

/// Feature rows, labels and prices.
public struct TrainingMatrix: Sendable {
    /// (count, FeatureSchema.count) row-major.
    public internal(set) var features: [Float] = []
    /// ln(price / reference), not centred. (count,)
    public internal(set) var logRelativePrices: [Float] = []
    /// 1 bought, 0 not. (count,)
    public internal(set) var labels: [Float] = []
    /// Place of each row's product in `TrainingData.products`. (count,)
    public internal(set) var products: [UInt16] = []

    public init() {}

    public var count: Int { labels.count }
    public var positives: Int { labels.count { $0 > 0.5 } }

    /// Adds one row.
    /// - Precondition: `row` has the schema's width.
    public mutating func append(row: [Float], logRelativePrice: Float, bought: Bool, product: UInt16) {
        precondition(row.count == FeatureSchema.count, "a row has \(FeatureSchema.count) features")
        features += row
        logRelativePrices.append(logRelativePrice)
        labels.append(bought ? 1 : 0)
        products.append(product)
    }

    /// One row, for tests and golden predictions.
    public func row(_ index: Int) -> [Float] {
        Array(features[(index * FeatureSchema.count)..<((index + 1) * FeatureSchema.count)])
    }
}
