// A small shop: one tenant, a few products, a model of two shallow forests, shoppers with and without a past.

import Domain
import Features
import Models
import Pricing
import WorkerCore

enum Shop {
    static let tenant = "demo"
    /// Wednesday 2024-01-03, 12:00Z. Days and weeks are those of UTC.
    static let noon = Timestamp(milliseconds: 1_704_283_200_000)
    static let minute: Int64 = 60_000
    static let day = ShopCalendar.millisecondsPerDay
    static let week = ShopCalendar.millisecondsPerWeek
    static let window = 15 * minute
    static let partitions = 4

    static func user(_ name: String) -> UserKey { UserKey(tenant: tenant, user: name) }

    /// The first shopper of the series whom the experiment puts into `arm`.
    static func user(in arm: ExperimentArm, of experiment: Experiment) -> UserKey {
        (0..<10_000).lazy.map { user("drawn\($0)") }.first { experiment.arm(of: $0) == arm }!
    }

    static func configuration(
        experiment: Experiment = Experiment(salt: "autumn", controlShare: 0), smoothing: Double = 0.5,
        dailyMove: Double = 0.1, snapshotEvery: UInt64 = 1_000_000, partitions: Int = Shop.partitions
    ) -> WorkerConfiguration {
        WorkerConfiguration(
            name: "w1", partitions: partitions, calendar: .utc,
            policy: PricingPolicy(
                objective: .profit, conversionValueRatio: 0, minimumMarginRatio: 0.05, smoothing: smoothing,
                largestDailyMoveRatio: dailyMove, largestDiscountRatio: 0.5, ending: .none),
            experiment: experiment, quoteWindowMilliseconds: window, snapshotEveryRecords: snapshotEvery)
    }

    static func row(
        _ product: String, list: Int64 = 30_000, cost: Int64 = 10_000, deal: Deal? = nil, currency: String = "USD",
        from: Timestamp = noon.adding(milliseconds: -8 * week)
    ) -> CatalogueRow {
        CatalogueRow(
            product: product, name: product, category: "food", currency: Currency(code: currency)!,
            listPrice: Money(minorUnits: list), unitCost: Money(minorUnits: cost), minimumPrice: nil, deal: deal,
            displayShare: 0.1, mailerShare: 0.2, effectiveAt: from)
    }

    /// What the model knows, and one product that it does not.
    static let modelled = ["milk", "eggs", "corn"]
    static let unmodelled = "saffron"
    static let rows = (modelled + [unmodelled]).map { row($0) }

    /// A basket bought so many weeks before `noon`.
    static func event(_ id: UInt64, weeksAgo: Int64 = 1, _ products: String...) -> Event {
        Event(
            id: EventID(id), occurredAt: noon.adding(milliseconds: -weeksAgo * week),
            basket: Basket(
                spend: Money(minorUnits: 5_000), lines: 9, dealLines: 3,
                items: products.map { BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 1_000)) }))
    }

    /// Says nothing of a row but that it is under this law.
    private static func constantNetwork(_ law: CappedDemand) throws(ModelError) -> ResponseNetwork {
        let weights = [ResponseNetwork.Lane](repeating: .zero, count: ResponseNetwork.Layout(inputs: 0).count)
        let head = ResponseNetwork.Head(base: 0, weights: weights)
        return try ResponseNetwork(inputs: [], intercept: head, logSlope: head, law: law)
    }

    /// A model in which buying a product often makes its buyer mind the price less.
    /// - Parameters:
    ///   - logSlope: how much shoppers mind: the logarithm of the slope before the trees.
    ///   - buyers: what each tree of the intercept gives to who has bought the product before.
    static func bundle(
        version: UInt64 = 1, logSlope: Float = 2, buyers: [Float] = [0.5],
        shape: PriceShape = .straight, saturation: ResponseModel.Saturation? = nil, law: CappedDemand? = nil,
        slopeErrors: SlopeErrors? = nil
    ) throws(ModelError) -> ModelBundle {
        let width = FeatureSchema.count
        let bought = FeatureSchema.names.firstIndex(of: "weeks bought")!
        let trips = FeatureSchema.names.firstIndex(of: "trip weeks")!
        func stump(
            _ feature: Int, _ threshold: Float, _ below: Float, _ above: Float
        ) throws(ModelError) -> DecisionTree {
            try DecisionTree(
                nodes: [.split(feature: feature, threshold: threshold, left: 1), .leaf(below), .leaf(above)],
                featureCount: width, place: "stump")
        }
        let response = try ResponseModel(
            intercept: FlatForest(
                trees: try buyers.map { above throws(ModelError) in try stump(bought, 0.5, -0.5, above) },
                featureCount: width),
            logSlope: FlatForest(trees: [try stump(trips, 1.5, 0.2, 0)], featureCount: width), interceptBase: -2,
            logSlopeBase: logSlope, centre: 0, slopes: 0.2...12, shape: shape, saturation: saturation,
            network: law.map(constantNetwork))
        return ModelBundle(
            version: version,
            information: ModelInformation(
                data: "made for tests", trainedWeeks: 0...1, rows: 1, featureNames: FeatureSchema.names,
                metrics: slopeErrors?.metrics ?? []),
            response: response,
            products: modelled.enumerated().map { index, product in
                ProductStatistics(
                    product: ProductKey(product: product), logitRate: -2, index: UInt32(index),
                    population: [Float](repeating: 1, count: width))
            }, goldens: [])
    }
}
