// A model for the shop: as many trees as one that was learned, with made-up splits, so that a price costs what it
// costs in service and shoppers who have bought get prices of their own.

import Domain
import Features
import Models

extension Shop {
    public func model(seed: UInt64) throws(ModelError) -> ModelBundle {
        var random = SeededGenerator(seed: seed ^ 0x0de1)
        let response = try ResponseModel(
            intercept: try Self.forest(trees: 48, spread: 0.05, &random),
            logSlope: try Self.forest(trees: 32, spread: 0.02, &random),
            interceptBase: -2, logSlopeBase: 1.4, centre: 0, slopes: 0.1...20)
        return ModelBundle(
            version: 1,
            information: ModelInformation(
                data: "made up, for breaking clusters", trainedWeeks: 1...2, rows: 1, featureNames: FeatureSchema.names,
                metrics: []),
            response: response,
            products: rows.enumerated().map { index, row in
                ProductStatistics(
                    product: ProductKey(product: row.product), logitRate: 0, index: UInt32(index),
                    population: Array(repeating: 0, count: FeatureSchema.count))
            }, goldens: [])
    }

    private static func forest(
        trees: Int, spread: Float, _ random: inout SeededGenerator
    ) throws(ModelError) -> FlatForest {
        var grown: [DecisionTree] = []
        for number in 0..<trees { grown.append(try tree(depth: 4, spread, number, &random)) }
        return FlatForest(trees: grown, featureCount: FeatureSchema.count)
    }

    /// A full tree, level by level: the children of node i are 2i + 1 and 2i + 2.
    private static func tree(
        depth: Int, _ spread: Float, _ number: Int, _ random: inout SeededGenerator
    ) throws(ModelError) -> DecisionTree {
        let splits = (1 << depth) - 1
        let nodes = (0..<2 * splits + 1).map { index -> DecisionTree.Node in
            if index >= splits { return .leaf(Float(random.unit() - 0.5) * 2 * spread) }
            return .split(
                feature: random.index(below: FeatureSchema.count), threshold: Float(random.unit() * 4),
                left: 2 * index + 1)
        }
        return try DecisionTree(nodes: nodes, featureCount: FeatureSchema.count, place: "trees[\(number)]")
    }
}
