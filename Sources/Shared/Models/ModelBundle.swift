// Everything a worker needs to price with a model, in one value: its forests or its network, what it knows about each
// product, and where it comes from. `ModelBundle+Bytes.swift` is its file form.

import Domain

/// A trained model, ready to serve.
public struct ModelBundle: Equatable, Sendable {
    /// Grows with every model of a tenant; 0 means "no model".
    public var version: UInt64
    public var information: ModelInformation
    public var response: ResponseModel
    /// Ascending by product.
    public var products: [ProductStatistics]
    /// Predictions made where the model was trained, repeated before it serves.
    public var goldens: [GoldenPrediction]
    /// Where rows come from, and between which prices, of a model that was learned from a file; nil: `FeatureSchema`
    /// computes them from what the cluster has seen.
    public var profiles: Profiles?

    /// - Precondition: population rows, golden rows and profiles have the response model's width.
    public init(
        version: UInt64, information: ModelInformation, response: ResponseModel, products: [ProductStatistics],
        goldens: [GoldenPrediction], profiles: Profiles? = nil
    ) {
        precondition(
            products.allSatisfy { $0.population.count == response.featureCount }
                && goldens.allSatisfy { $0.row.count == response.featureCount }
                && profiles?.rows.width ?? response.featureCount == response.featureCount,
            "every row has the model's width")
        self.profiles = profiles
        self.version = version
        self.information = information
        self.response = response
        self.products = products.sorted { $0.product < $1.product }
        self.goldens = goldens
    }

    /// Where a product stands in `products`; nil when the model does not know it. O(log products).
    public func position(of product: ProductKey) -> Int? { products.sortedIndex(of: product, by: \.product) }

    public func statistics(of product: ProductKey) -> ProductStatistics? {
        position(of: product).map { products[$0] }
    }
}

extension ModelBundle {
    /// What a model that was learned from a file knows by name.
    public struct Profiles: Equatable, Sendable {
        /// Prices that it may choose, relative to the reference price; a single one is everybody's.
        public var ratios: ClosedRange<Double>
        public var rows: ProfileRows

        /// Numbers in a row. What `learn fit` prepares ends below: it keeps 200 columns of at most 18 numbers each.
        public static let widths = 4...4_096

        public init(ratios: ClosedRange<Double>, rows: ProfileRows) {
            self.ratios = ratios
            self.rows = rows
        }
    }
}

/// Where a model comes from and how well it predicts.
public struct ModelInformation: Equatable, Sendable {
    /// One sentence about the data.
    public var data: String
    /// Shop weeks (`ShopCalendar.week`) of the rows it was fitted on.
    public var trainedWeeks: ClosedRange<Int32>
    public var rows: UInt64
    /// Names of the columns of a row, in order.
    public var featureNames: [String]
    /// Held-out figures, for example log-loss.
    public var metrics: [Metric]

    public struct Metric: Equatable, Sendable {
        public var name: String
        public var value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    public init(
        data: String, trainedWeeks: ClosedRange<Int32>, rows: UInt64, featureNames: [String], metrics: [Metric]
    ) {
        self.data = data
        self.trainedWeeks = trainedWeeks
        self.rows = rows
        self.featureNames = featureNames
        self.metrics = metrics
    }
}

/// What training learned about one product, frozen with the model.
public struct ProductStatistics: Equatable, Sendable {
    public var product: ProductKey
    /// Log-odds that any shopper with a basket buys the product in a week.
    public var logitRate: Float
    /// Place among the model's products, by popularity.
    public var index: UInt32
    /// A feature row whose personal columns are the means over all shoppers: how a shopper is priced whom
    /// nobody knows. The other columns are filled in where it is used.
    public var population: [Float]

    public init(product: ProductKey, logitRate: Float, index: UInt32, population: [Float]) {
        self.product = product
        self.logitRate = logitRate
        self.index = index
        self.population = population
    }
}

/// A row and what the model said about it.
public struct GoldenPrediction: Equatable, Sendable {
    public var row: [Float]
    public var intercept: Float
    public var slope: Float
    public var saturation: Float

    public init(row: [Float], intercept: Float, slope: Float, saturation: Float = 1) {
        self.row = row
        self.intercept = intercept
        self.slope = slope
        self.saturation = saturation
    }
}
