// What the simulated clients buy: one tenant, a few products whose costs never change, so that everybody can say what a
// price may be; and a model small enough to cost nothing.

import Domain
import Features
import Models
import Pricing

package enum PaperShop {
    package static let tenant = "shop"
    package static let currency = Currency(code: "EUR")!
    /// What no worker survives to price.
    static let poison = "poison"
    static let products = ["apple", "bread", "cheese", "dates", "eggs"]
    /// Least and greatest list price, in cents.
    static let listPrices = 1_000...4_000

    /// How long prices stay frozen and stock values last, in milliseconds: some end before anybody asks, some outlast the
    /// run.
    static let freezeMilliseconds: [Int64] = [2_000, 20_000, 120_000, 3_600_000]

    static let policy = PricingPolicy(
        objective: .profit, conversionValueRatio: 0, minimumMarginRatio: 0.05, smoothing: 0.6,
        largestDailyMoveRatio: 0.3, largestDiscountRatio: 0.95, ending: .none)

    /// What a unit costs; the floor under its price follows from this alone.
    static func unitCost(_ product: String) -> Money {
        Money(minorUnits: 300 + 100 * Int64(products.firstIndex(of: product) ?? 0))
    }

    /// No personal price may be lower: cost and least margin, rounded up.
    package static func floor(_ product: String) -> Money {
        Money(minorUnits: (unitCost(product).minorUnits * 105 + 99) / 100)
    }

    static func row(_ product: String, listPrice: Int64, at time: Timestamp) -> CatalogueRow {
        CatalogueRow(
            product: product, name: product, category: "food", currency: currency,
            listPrice: Money(minorUnits: listPrice), unitCost: unitCost(product), minimumPrice: nil, deal: nil,
            displayShare: 0.1, mailerShare: 0.2, effectiveAt: time)
    }

    /// The first catalogue, in force long before the run begins.
    package static func rows() -> [CatalogueRow] {
        products.enumerated().map { index, product in
            row(
                product, listPrice: 1_500 + 250 * Int64(index),
                at: SimulatedClock.epoch.adding(milliseconds: -70 * ShopCalendar.millisecondsPerDay))
        }
    }

    /// - Parameter version: each one prices a little differently.
    /// - Throws: never for these trees; the type says so for others.
    static func model(version: UInt64) throws(ModelError) -> ModelBundle {
        let width = FeatureSchema.count
        func stump(
            _ feature: Int, _ threshold: Float, _ below: Float, _ above: Float
        ) throws(ModelError) -> DecisionTree {
            try DecisionTree(
                nodes: [.split(feature: feature, threshold: threshold, left: 1), .leaf(below), .leaf(above)],
                featureCount: width, place: "simulated model")
        }
        let tilt = Float(version % 5) / 4
        // One number for all is a network, too.
        let law = CappedDemand(ceiling: 0.9, sharpness: 5)
        let network = try version % 3 == 0 ? law.map(constantNetwork) : nil
        let response = try ResponseModel(
            intercept: FlatForest(trees: [try stump(0, 0.5, -0.5, 0.5 + tilt)], featureCount: width),
            logSlope: FlatForest(trees: [try stump(1, 1.5, 0.2, 0)], featureCount: width), interceptBase: -2,
            logSlopeBase: 1.5, centre: 0, slopes: 0.2...12, network: network)
        return ModelBundle(
            version: version,
            information: ModelInformation(
                data: "simulated", trainedWeeks: 0...1, rows: 1, featureNames: FeatureSchema.names, metrics: []),
            response: response,
            // One product is unknown to the model.
            products: products.dropLast().enumerated().map { index, product in
                ProductStatistics(
                    product: ProductKey(product: product), logitRate: -2, index: UInt32(index),
                    population: [Float](repeating: 1, count: width))
            }, goldens: [])
    }
    private static func constantNetwork(under law: CappedDemand) throws(ModelError) -> ResponseNetwork {
        let weights = [ResponseNetwork.Lane](repeating: .zero, count: ResponseNetwork.Layout(inputs: 0).count)
        let head = ResponseNetwork.Head(base: 0.1, weights: weights)
        return try ResponseNetwork(inputs: [], intercept: head, logSlope: head, law: law)
    }
}
