// Thompson sampling with a chance that is known exactly. The slope of a shopper's demand is known up to a log-normal
// error. Fourteen equally likely slopes stand for all that it may be; each has a best price; one is drawn. Two more
// tickets go to the rungs beside the most likely one, so that there is always something to compare with. The chance of
// a price is the share of its tickets: no simulation, no rounding, and every replica counts the same.
// Source: Thompson (1933); Russo et al. (2018).

import Domain
import Glibc
import Pricing

/// Tickets over the rungs of a ladder.
struct PriceLottery: Equatable {
    /// A rung for each ticket, all equally likely.
    private(set) var tickets: [Int]

    private static let quantileCount = 14
    /// Of the standard normal, in the middles of equally likely slices.
    private static let quantiles = [
        -1.8027, -1.2422, -0.9208, -0.6745, -0.4637, -0.2719, -0.0896, 0.0896, 0.2719, 0.4637, 0.6745, 0.9208, 1.2422,
        1.8027,
    ]

    /// - Parameter logSlopeDeviation: standard deviation of the error of ln slope.
    init(
        _ curve: DemandCurve, logSlopeDeviation: Double, unitCost: Double, objective: PricingObjective,
        on ladder: PriceLadder
    ) {
        let (low, high) = (ladder.rungs[ladder.open.lowerBound], ladder.rungs[ladder.open.upperBound])
        let bounds = (curve.reference * exp(low))...(curve.reference * exp(high))
        func rung(_ slope: Double) -> Int {
            var drawn = curve
            drawn.slope = slope
            let price = OptimalPrice.solve(drawn, objective, unitCost: unitCost, within: bounds)
            return ladder.nearest(to: log(price / curve.reference))
        }
        tickets = Self.quantiles.map { rung(curve.slope * exp($0 * logSlopeDeviation)) }
        let middle = tickets[Self.quantileCount / 2]
        tickets.append(max(ladder.open.lowerBound, middle - 1))
        tickets.append(min(ladder.open.upperBound, middle + 1))
    }

    /// The same chance for the rung and those beside it.
    init(around rung: Int, on ladder: PriceLadder) {
        tickets = [-1, 0, 1].map { min(max(rung + $0, ladder.open.lowerBound), ladder.open.upperBound) }
    }

    func draw(_ draws: inout Draws) -> Int { tickets[draws.below(tickets.count)] }

    func chance(of rung: Int) -> Double { Double(tickets.count { $0 == rung }) / Double(tickets.count) }
}
