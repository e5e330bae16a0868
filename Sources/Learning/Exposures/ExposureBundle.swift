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
    public var intervals: ElasticityIntervals?
    public var policy: PricePolicy
    /// Prices that were tested, relative to the reference price; outside nothing is known.
    public var testedRatios: ClosedRange<Double>
    /// What the cluster knows of shoppers and items when it serves this.
    public var profiles: ProfileRows
    /// Where the response comes from, for who looks at what serves.
    public var information: ModelInformation

    /// What the cluster serves.
    public var served: ModelBundle {
        let ratios =
            switch policy {
            case .personal: testedRatios
            case .uniform(let ratio): ratio...ratio
            }
        return ModelBundle(
            version: version, information: information, response: response, products: [],
            goldens: [GoldenPrediction(profiles.blank, response)],
            profiles: ModelBundle.Profiles(ratios: ratios, rows: profiles))
    }

    /// Prices every row.
    /// - Parameter table: of questions or exposures, read with the kinds of `preparation`.
    /// - Returns: (rows,).
    public func price(_ table: ExposureTable, _ terms: PricingTerms) -> [PricedRow] {
        price(table, terms, unitCosts: table.unitCosts)
    }

    /// - Parameter unitCosts: what decisions count as the cost of a unit; features keep to the table's. (rows,).
    func price(_ table: ExposureTable, _ terms: PricingTerms, unitCosts: [Double]) -> [PricedRow] {
        let pricing = ExposurePricing(terms: terms, policy: policy(for: table, terms))
        return priced(table) { row, coefficients in
            pricing.price(row, coefficients, reference: table.referencePrices[row], unitCost: unitCosts[row])
        }
    }

    /// One price for everybody was chosen for its profit. For another aim it is the best ratio for these rows together.
    private func policy(for table: ExposureTable, _ terms: PricingTerms) -> PricePolicy {
        guard case .uniform = policy else { return policy }
        switch terms.objective {
        case .profit: return policy
        case .conversion: return .uniform(ratio: terms.ratios.lowerBound)
        case .revenue:
            let curves = curves(table)
            let (low, high) = (terms.ratios.lowerBound, terms.ratios.upperBound)
            let ratios = (0...Self.ratioSteps).map { low + (high - low) * Double($0) / Double(Self.ratioSteps) }
            let revenues = ratios.map { ratio in
                zip(curves, table.referencePrices).reduce(0) { $0 + $1.0.probability(at: ratio * $1.1) * ratio * $1.1 }
            }
            let best = revenues.indices.max { revenues[$0] < revenues[$1] } ?? 0
            return .uniform(ratio: ratios[best])
        }
    }

    private static let ratioSteps = 100

    /// What is expected of every row at a given price; what may be said once prices are rounded.
    /// - Shape: prices (rows,), in units of the currency.
    public func expect(_ table: ExposureTable, at prices: [Double]) -> [PricedRow] {
        priced(table) { row, coefficients in
            PricedRow(coefficients, row, reference: table.referencePrices[row], price: prices[row])
        }
    }

    private func priced(_ table: ExposureTable, _ body: (Int, Coefficients) -> PricedRow) -> [PricedRow] {
        let rows = preparation.rows(of: table)
        let coefficients = Coefficients(response, rows: rows, count: table.count)
        let width = response.featureCount
        return (0..<table.count).map { row in
            var priced = body(row, coefficients)
            priced.interval = intervals?.interval(
                around: priced, coefficients, row, features: rows[(row * width)..<((row + 1) * width)],
                logPrice: logarithm(priced.price / table.referencePrices[row]))
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

extension GoldenPrediction {
    fileprivate init(_ row: [Float], _ response: ResponseModel) {
        let (intercept, slope, saturation) = response.referenceScore(row)
        self.init(row: row, intercept: intercept, slope: slope, saturation: saturation)
    }
}
