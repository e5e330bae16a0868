// Thompson sampling with a chance that is known exactly. The slope of a shopper's demand is known up to a log-normal
// error. Sixteen equally likely slopes stand for all that it may be; each has a best price; one is drawn. Two more
// tickets go to the rungs beside the most likely one, so that there is always something to compare with; the more is
// known, the more tickets each slope has, and the rarer those two become. The chance of a price is the share of its
// tickets: no simulation, no rounding, and every replica counts the same.
// Source: Thompson (1933); Russo et al. (2018).

import Domain
import Glibc
import Pricing

/// Tickets over the rungs of a ladder.
public struct PriceLottery: Equatable, Sendable {
    /// A rung for each ticket, all equally likely.
    public private(set) var tickets: [Int]
    /// The rung of the most likely slope.
    public let middle: Int

    /// - Parameters:
    ///   - logSlopeDeviation: standard deviation of the error of ln slope.
    ///   - ticketsPerSlope: where the rungs beside the most likely one have one each; positive.
    public init(
        _ curve: DemandCurve, logSlopeDeviation: Double, unitCost: Double, objective: PricingObjective,
        on ladder: PriceLadder, ticketsPerSlope: Int = 1
    ) {
        let (low, high) = (ladder.rungs[ladder.open.lowerBound], ladder.rungs[ladder.open.upperBound])
        let bounds = (curve.reference * exp(low))...(curve.reference * exp(high))
        func rung(_ slope: Double) -> Int {
            var drawn = curve
            drawn.slope = slope
            let price = OptimalPrice.solve(drawn, objective, unitCost: unitCost, within: bounds)
            return ladder.nearest(to: log(price / curve.reference))
        }
        let drawn = Exploration.quantiles.map { rung(curve.slope * exp($0 * logSlopeDeviation)) }
        tickets = drawn.flatMap { Array(repeating: $0, count: ticketsPerSlope) }
        middle = rung(curve.slope)
        tickets.append(max(ladder.open.lowerBound, middle - 1))
        tickets.append(min(ladder.open.upperBound, middle + 1))
    }

    public func draw(_ draws: inout Draws) -> Int { tickets[draws.below(tickets.count)] }

    public func chance(of rung: Int) -> Double { Double(tickets.count { $0 == rung }) / Double(tickets.count) }
}
