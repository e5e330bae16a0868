import Client
import Domain
import Features
import Foundation
import Learning
import Models
import Testing

let tenant = "tests"
let dollars = Currency(code: "USD")!

/// A row that has been in force for a year.
func row(_ product: String, list: Int64, cost: Int64, deal: Deal? = nil) -> CatalogueRow {
    CatalogueRow(
        product: product, name: product, category: "", currency: dollars, listPrice: Money(minorUnits: list),
        unitCost: Money(minorUnits: cost), minimumPrice: nil, deal: deal, displayShare: 0, mailerShare: 0,
        effectiveAt: now().adding(milliseconds: -365 * ShopCalendar.millisecondsPerDay))
}

func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

/// A basket some weeks ago.
func basket(_ id: String, weeksAgo: Int64, buying products: [String]) -> (id: [UInt8], event: Event) {
    let items = products.map { BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 100)) }
    let event = Event(
        id: EventID(digesting: id.utf8),
        occurredAt: now().adding(milliseconds: -weeksAgo * ShopCalendar.millisecondsPerWeek),
        basket: Basket(
            spend: Money(minorUnits: 1_000), lines: UInt32(max(3, items.count)), dealLines: 1, items: items))
    return (Array(id.utf8), event)
}

func cart(_ user: String, _ products: [String]) -> PriceRequest {
    PriceRequest(
        user: UserKey(tenant: tenant, user: user), currency: dollars,
        lines: products.map { CartLine(product: $0, quantity: 1) })
}

/// A bundle whose shoppers all respond alike, strongly enough that discounts pay.
func bundle(version: UInt64, products: [String], slope: Float = 4) throws -> ModelBundle {
    func constant(_ value: Float) throws -> FlatForest {
        FlatForest(
            trees: [try DecisionTree(nodes: [.leaf(value)], featureCount: FeatureSchema.count, place: "tree")],
            featureCount: FeatureSchema.count)
    }
    let response = try ResponseModel(
        intercept: try constant(-2), logSlope: try constant(log(slope)), interceptBase: 0, logSlopeBase: 0, centre: 0,
        slopes: 0.1...20)
    return ModelBundle(
        version: version,
        information: ModelInformation(
            data: "made up for tests", trainedWeeks: 1...2, rows: 1, featureNames: FeatureSchema.names, metrics: []),
        response: response,
        products: products.enumerated().map {
            ProductStatistics(
                product: ProductKey(product: $1), logitRate: 0, index: UInt32($0),
                population: Array(repeating: 0, count: FeatureSchema.count))
        }, goldens: [])
}

/// The lines of a CSV without quotes, by column.
func table(_ file: URL) throws -> [[String: String]] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first }) }
}

extension TestCluster {
    /// Writes a bundle where the configuration looks for one.
    func write(_ bundle: ModelBundle, as name: String = "model.bundle") throws -> String {
        let path = folder.appending(path: name)
        try Data(bundle.encode()).write(to: path)
        return path.path
    }
}

/// A running shop of two products whose prices may fall to half in a day, and at once.
func quickShop() throws -> (TestCluster, PricingClient) {
    let settings = """
        experiments: {salt: tests, control_share: 0%}
        pricing: {conversion_value: 0%, smoothing: 1, largest_daily_move: 50%, largest_discount: 60%}
        """
    let cluster = try TestCluster(extra: settings)
    _ = try cluster.write(try bundle(version: 3, products: ["milk", "eggs"], slope: 3))
    try cluster.start()
    let client = try cluster.client()
    _ = try client.send(
        catalogue: [row("milk", list: 1_000, cost: 500), row("eggs", list: 300, cost: 100)], tenant: tenant,
        currency: dollars)
    return (cluster, client)
}
