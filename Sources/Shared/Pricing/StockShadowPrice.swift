// What the last unit of scarce stock is worth. Until the shelf is filled again more shoppers come than there are units;
// whoever buys now takes a unit from somebody later. The shadow price λ is that somebody's worth: the price that is best
// when each unit costs λ more sells, in expectation, just what there is. Where stock is ample, λ is 0.
//
// The best price rises with the cost and its sales fall, for each shopper and so for all: expected sales are a falling
// function of λ, and a bisection finds the smallest λ at which they fit. That λ is the dual of the fluid problem: the
// derivative of its profit with respect to the stock. It knows no chance; solving again as stock goes down puts that
// right, and if that is done often enough towards the end, what is lost against the best policy stays bounded however
// many come (Jasin and Kumar, 2012, for offers from a list). The exact recursion over units and shoppers was rejected: it
// needs the order of those who will come.
// Source: Gallego and van Ryzin, 1994.

import Domain

/// Someone like those who will come before the stock is filled again.
public struct ExpectedArrival: Equatable, Sendable {
    public var curve: DemandCurve
    /// What a unit is worth if it stays, in the unit of the prices: its cost, or its salvage value.
    public var unitCost: Double
    /// What selling one is worth beyond its price.
    public var saleValue: Double
    /// Of the prices that may be asked.
    public var bounds: ClosedRange<Double>
    /// How many there are like this one, beside the others of the sample.
    public var weight: Double

    public init(
        curve: DemandCurve, unitCost: Double, saleValue: Double = 0, bounds: ClosedRange<Double>, weight: Double = 1
    ) {
        self.weight = weight
        self.curve = curve
        self.unitCost = unitCost
        self.saleValue = saleValue
        self.bounds = bounds
    }

    private static let amounts = 0.0...1e15

    /// False for what no price may rest on.
    public var isUsable: Bool {
        curve.isUsable && Self.amounts.contains(unitCost) && Self.amounts.contains(saleValue) && weight > 0
            && weight <= 1
            && bounds.lowerBound > 0 && Self.amounts.contains(bounds.upperBound)
    }

    func bestPrice(shadowPrice: Double) -> Double {
        OptimalPrice.solve(
            curve, .profit, unitCost: max(0, unitCost + shadowPrice - saleValue), within: curve.choices(within: bounds))
    }
}

/// The shadow price of one item's stock, and what it leads to until the stock is filled again.
public struct StockShadowPrice: Equatable, Sendable {
    /// λ: add it to the cost of a unit. At most what makes every best price the highest that may be asked.
    public let shadowPrice: Double
    /// Units that the best prices at λ are expected to be asked for. Above the stock only when the highest prices sell
    /// more than there is.
    public let expectedDemand: Double
    /// Of selling to as many of them as there are units for, over what the units cost.
    public let expectedProfit: Double

    /// - Parameters:
    ///   - sample: of those who will come.
    ///   - arrivals: how many of them are expected.
    ///   - stock: units on hand.
    /// - Returns: nil when a number is negative or not finite, an arrival is not usable, or some are expected and there
    ///   is no sample of them.
    /// - Complexity: at most 50 best prices for each of the sample; one where stock is ample.
    public init?(sample: [ExpectedArrival], arrivals: Double, stock: Double) {
        guard arrivals >= 0, arrivals.isFinite, stock >= 0, stock.isFinite, sample.allSatisfy(\.isUsable),
            !sample.isEmpty || arrivals == 0
        else { return nil }
        let weight = sample.isEmpty ? 0 : arrivals / sample.reduce(0) { $0 + $1.weight }
        func demand(at shadowPrice: Double) -> Double {
            sample.reduce(0) {
                $0 + weight * $1.weight * $1.curve.probability(at: $1.bestPrice(shadowPrice: shadowPrice))
            }
        }
        let lowest = demand(at: 0) <= stock ? 0 : Self.bisected(sample) { demand(at: $0) <= stock }
        shadowPrice = lowest
        let demanded = demand(at: lowest)
        let profit = sample.reduce(0) { sum, arrival in
            let price = arrival.bestPrice(shadowPrice: lowest)
            return sum + weight * arrival.weight * arrival.curve.probability(at: price)
                * (price + arrival.saleValue - arrival.unitCost)
        }
        expectedDemand = demanded
        expectedProfit = demanded > stock ? profit * stock / demanded : profit
    }

    /// The smallest λ at which sales fit, to a billionth of the highest one; the highest one where they never do.
    private static func bisected(_ sample: [ExpectedArrival], _ fits: (Double) -> Bool) -> Double {
        // A cost of the highest price is answered with the highest price.
        var high = sample.reduce(0) { max($0, $1.bounds.upperBound + $1.saleValue - $1.unitCost) }
        guard high > 0, fits(high) else { return high }
        let width = high * 1e-9
        var low = 0.0
        while high - low > width {
            let middle = (low + high) / 2
            if fits(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
