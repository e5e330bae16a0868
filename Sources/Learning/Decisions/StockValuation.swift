// What a unit of a product is worth to a cluster that sells it: what it is worth if it stays, and the shadow price of the
// stock.

import Domain
import Pricing

/// How a cluster sells until a shelf is filled again.
public struct SellingTerms: Sendable {
    public var policy: PricingPolicy
    /// Share of the shoppers who see the public price, whatever is best.
    public var controlShare: Double
    public var now: Timestamp
    /// When the shelf is filled again.
    public var end: Timestamp

    /// - Parameter policy: of profit.
    public init(policy: PricingPolicy, controlShare: Double, now: Timestamp, end: Timestamp) {
        self.policy = policy
        self.controlShare = controlShare
        self.now = now
        self.end = end
    }

    /// What may be asked for a product, and of which share of those who come: everybody pays a deal's price at most while
    /// it runs, and the control arm the public price.
    func bounds(of row: CatalogueRow) -> [(range: ClosedRange<Double>, share: Double)] {
        let bounds = PriceBounds(row, policy)
        let dealEnd = row.deal.map { min(max($0.endsAt, now), end) } ?? now
        let dealShare = Double(dealEnd.milliseconds - now.milliseconds) / Double(end.milliseconds - now.milliseconds)
        let highest = min(row.deal?.price ?? bounds.ceiling, bounds.ceiling)
        return [(bounds.ceiling, 1 - dealShare), (highest, dealShare)].flatMap { ceiling, share in
            [
                (min(bounds.floor, ceiling).real...ceiling.real, share * (1 - controlShare)),
                (ceiling.real...ceiling.real, share * controlShare),
            ]
        }.filter { $0.1 > 0 }
    }
}

public struct StockValuation: Equatable, Sendable {
    public let row: CatalogueRow
    /// Units on hand.
    public let stock: Int
    /// Shoppers expected before the shelf is filled again.
    public let arrivals: Double
    public let solved: StockShadowPrice
    /// Of one more unit; rounded up where stock is scarce, so that no more are expected to buy than there are units.
    public let worth: Money

    /// Whether the unit cost says what a unit is worth.
    public var isCost: Bool { worth == row.unitCost }

    /// - Parameters:
    ///   - curves: demand of those who will come, or of a sample of them, as if none were in the control arm.
    ///   - arrivals: how many of them are expected.
    /// - Returns: nil where some are expected and there is no sample of them, or their demand is beyond numbers.
    public init?(
        _ entry: StockFile.Entry, of row: CatalogueRow, curves: [DemandCurve], arrivals: Double, _ terms: SellingTerms
    ) {
        guard let kept = entry.salvageValue.map({ Money(row.currency.minor($0), rounded: .nearest) }) ?? row.unitCost
        else { return nil }
        let bounds = terms.bounds(of: row)
        let sample = curves.flatMap { curve in
            bounds.map { range, share in
                ExpectedArrival(
                    curve: curve, unitCost: kept.real, saleValue: terms.policy.conversionValue(of: row), bounds: range,
                    weight: share)
            }
        }
        guard let solved = StockShadowPrice(sample: sample, arrivals: arrivals, stock: Double(entry.stock)),
            let worth = solved.shadowPrice > 0 ? Money(kept.real + solved.shadowPrice, rounded: .up) : kept,
            worth <= Limits.price
        else { return nil }
        self.row = row
        self.worth = worth
        self.solved = solved
        self.arrivals = arrivals
        stock = entry.stock
    }
}

extension DemandCurve {
    /// The demand that an explanation tells of; nil where the model had no say.
    public init?(_ line: LineExplanation) {
        guard line.slope > 0, let shape = PriceShape(knots: line.knots, gradients: line.gradients) else { return nil }
        self.init(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre,
            shape: shape, saturation: line.ceiling, sharpness: line.sharpness, choices: line.choices)
        guard isUsable else { return nil }
    }
}
