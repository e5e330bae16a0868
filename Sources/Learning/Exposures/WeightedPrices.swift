// A reference policy that anybody can recompute with a pencil: price = reference price · (base + Σ weight · feature), with
// the weights that come nearest to a bundle's prices. It says what these prices follow, and what a sum of effects would
// earn in their place: where a bundle is no better, the sum is easier to explain.

import Glibc

public struct WeightedPrices: Equatable, Sendable {
    public struct Term: Equatable, Sendable {
        /// Of the feature.
        public var name: String
        /// By how much of the reference price one unit of the feature moves the price.
        public var weight: Double
        /// The same for one standard deviation of the feature in these rows; at least 0.
        public var move: Double
    }
    public var base: Double
    /// The largest moves first.
    public var terms: [Term]
    /// Of the variance of price / reference price, 0 to 1; 1 where all rows have one ratio.
    public var explained: Double
    /// In units of the currency, within the terms' bounds, not rounded; (rows,).
    public var prices: [Double]
}

extension ExposureBundle {
    /// Of each weight, in rows: enough for features that say the same.
    private static let penalty = 0.1
    /// Of price / reference price: what is less is rounding.
    private static let leastVariance = 1e-12

    /// - Parameter priced: what `price` says of the table; (rows,).
    public func weightedPrices(
        nearest priced: [PricedRow], _ table: ExposureTable, _ terms: PricingTerms
    ) -> WeightedPrices {
        let names = preparation.featureNames
        let features = preparation.rows(of: table)
        let ratios = zip(priced, table.referencePrices).map { $0.price / $1 }
        let line = LinearSlopes.fit(features, width: names.count, targets: ratios, penalty: Self.penalty)

        let sums = ratios.indices.map { row in
            line.slopes.indices.reduce(line.base) {
                $0 + Double(line.slopes[$1]) * Double(features[row * names.count + $1])
            }
        }
        let deviations = names.indices.map { column in
            Self.variance(ratios.indices.map { Double(features[$0 * names.count + column]) }).squareRoot()
        }
        let whole = Self.variance(ratios)
        let missed = zip(ratios, sums).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(max(1, ratios.count))
        let weighted = names.indices.map { column in
            let weight = Double(line.slopes[column])
            return WeightedPrices.Term(name: names[column], weight: weight, move: abs(weight) * deviations[column])
        }
        return WeightedPrices(
            base: line.base, terms: weighted.sorted { ($1.move, $0.name) < ($0.move, $1.name) },
            explained: whole > Self.leastVariance ? max(0, 1 - missed / whole) : 1,
            prices: zip(sums, table.referencePrices).map { sum, reference in
                let bounds = terms.bounds(reference: reference)
                return min(max(reference * sum, bounds.lowerBound), bounds.upperBound)
            })
    }

    private static func variance(_ values: [Double]) -> Double {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    }
}
