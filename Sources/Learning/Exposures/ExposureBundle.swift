// What `farthing learn fit` leaves behind: how to prepare a row, how it responds to prices, and which prices to serve.

import Domain
import Models
import Pricing

/// A model of exposures, ready to price questions.
public struct ExposureBundle: Equatable, Sendable {
    public var version: UInt64
    public var preparation: Preparation
    public var response: ResponseModel
    /// nil: nothing can be said about how far elasticities may be off.
    public var spread: ElasticitySpread?
    public var policy: PricePolicy
    /// Prices that were tested, relative to the reference price; outside nothing is known.
    public var testedRatios: ClosedRange<Double>

    /// Prices every row.
    /// - Parameter table: of questions or exposures, read with the kinds of `preparation`.
    /// - Returns: (rows,).
    public func price(_ table: ExposureTable, _ terms: PricingTerms) -> [PricedRow] {
        price(table, terms, unitCosts: table.unitCosts)
    }

    /// - Parameter unitCosts: what decisions count as the cost of a unit; features keep to the table's. (rows,).
    func price(_ table: ExposureTable, _ terms: PricingTerms, unitCosts: [Double]) -> [PricedRow] {
        let rows = preparation.rows(of: table)
        let coefficients = Coefficients(response, rows: rows, count: table.count)
        let pricing = ExposurePricing(terms: terms, policy: policy)
        let width = response.featureCount
        return (0..<table.count).map { row in
            let reference = table.referencePrices[row]
            var priced = pricing.price(row, coefficients, reference: reference, unitCost: unitCosts[row])
            priced.interval = spread?.interval(
                around: priced.elasticity, row: rows[(row * width)..<((row + 1) * width)],
                logPrice: logarithm(priced.price / reference))
            return priced
        }
    }

    /// The demand of every row, in the unit of the table's prices.
    /// - Returns: (rows,).
    public func curves(_ table: ExposureTable) -> [DemandCurve] {
        let coefficients = Coefficients(response, rows: preparation.rows(of: table), count: table.count)
        return (0..<table.count).map { coefficients.curve($0, reference: table.referencePrices[$0]) }
    }
}
