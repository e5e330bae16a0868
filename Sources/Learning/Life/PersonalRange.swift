// Where personal prices may lie in a cluster, by the public ones.

import Domain
import Pricing

/// Where a personal price may lie, by product; all in minor units.
public struct PersonalRange: Sendable {
    struct Bounds {
        var reference: Double
        /// Less what winning the purchase is worth.
        var cost: Double
        var prices: ClosedRange<Double>
    }

    private let rows: [CatalogueRow?]
    private let conversionValueRatio: Double
    private let largestDiscountRatio: Double

    /// - Parameter data: its latest catalogue rows count.
    public init(_ data: TrainingData, conversionValueRatio: Double, largestDiscountRatio: Double) {
        let latest = Dictionary(data.catalogue.map { ($0.product, $0) }, uniquingKeysWith: { $1 })
        rows = data.products.map { latest[$0] }
        self.conversionValueRatio = conversionValueRatio
        self.largestDiscountRatio = largestDiscountRatio
    }

    /// - Returns: nil for a product without a price.
    func bounds(ofProductAt place: Int) -> Bounds? {
        guard let row = rows[place], row.listPrice > .zero else { return nil }
        let list = row.listPrice.real
        return Bounds(
            reference: list, cost: max(0, row.unitCost.real - conversionValueRatio * list),
            prices: (list * (1 - largestDiscountRatio))...list)
    }

    /// The best price for a row, in minor units; nil for a product without a price.
    func price(_ coefficients: Coefficients, _ matrix: TrainingMatrix, _ row: Int) -> Double? {
        bounds(ofProductAt: Int(matrix.products[row])).map { bounds in
            OptimalPrice.solve(
                coefficients.curve(row, reference: bounds.reference), .profit, unitCost: bounds.cost,
                within: bounds.prices)
        }
    }
}
