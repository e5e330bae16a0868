// Where personal prices may lie in a cluster, by the public ones.

import Domain
import Pricing

/// Where a personal price may lie, by product; all in minor units.
public struct PersonalRange: Sendable {
    private let rows: [CatalogueRow?]
    private let policy: PricingPolicy

    /// - Parameter data: its latest catalogue rows count.
    public init(_ data: TrainingData, _ policy: PricingPolicy) {
        let latest = Dictionary(data.catalogue.map { ($0.product, $0) }, uniquingKeysWith: { $1 })
        rows = data.products.map { latest[$0] }
        self.policy = policy
    }

    /// - Returns: nil for a product without a price.
    func publicPrice(ofProductAt place: Int) -> Double? {
        guard let row = rows[place], row.listPrice > .zero else { return nil }
        return row.listPrice.real
    }

    /// The best price for a row, in minor units; nil for a product without a price.
    func price(_ coefficients: Coefficients, _ matrix: TrainingMatrix, _ row: Int) -> Double? {
        guard let product = rows[Int(matrix.products[row])], product.listPrice > .zero else { return nil }
        let bounds = PriceBounds(product, policy)
        return OptimalPrice.solve(
            coefficients.curve(row, reference: product.listPrice.real), policy.objective,
            unitCost: policy.netCost(of: product), within: bounds.floor.real...bounds.ceiling.real)
    }
}
