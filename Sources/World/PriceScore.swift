// How good prices are, between two marks that anybody can reach or nobody can beat: the one ratio for everybody that
// earns most, and the best price of each row. Profit alone says little, because it differs from world to world; the
// share of the way from the one mark to the other does not.

#if canImport(Glibc)
    import Glibc
#endif

/// A price that somebody proposes for an occasion.
public struct ProposedPrice: Sendable {
    public var occasion: Occasion
    public var price: Double
    /// The size of the elasticity at the price, as claimed; nil when nothing is claimed.
    public var elasticity: ClosedRange<Double>?

    public init(occasion: Occasion, price: Double, elasticity: ClosedRange<Double>? = nil) {
        self.occasion = occasion
        self.price = price
        self.elasticity = elasticity
    }
}

/// What proposed prices earn, in expectation and in all, beside what others would.
public struct PriceScore: Equatable, Sendable {
    /// How often intervals hold the truth.
    public struct Coverage: Equatable, Sendable {
        /// Of the rows that have an interval, 0 to 1.
        public var share: Double
        public var meanWidth: Double
        public var rows: Int
    }

    public var rows: Int
    /// Proposed prices below the lowest or above the highest by more than the tolerance.
    public var outside: Int
    public var referenceProfit: Double
    public var uniformProfit: Double
    /// The best p/reference for everybody.
    public var uniformRatio: Double
    public var proposedProfit: Double
    public var oracleProfit: Double
    public var coverage: Coverage?

    /// 0 for the best uniform price, 1 for the oracle; below 0 for what is worse than uniform. NaN where the two earn
    /// the same.
    public var share: Double { (proposedProfit - uniformProfit) / (oracleProfit - uniformProfit) }

    /// - Parameters:
    ///   - tolerance: what rounding may add to a bound, in the unit of the prices.
    /// - Precondition: there are prices.
    /// - Complexity: about 230 evaluations of demand for each row.
    public init(_ prices: [ProposedPrice], within grid: PriceGrid, tolerance: Double) {
        self.init(counting: prices, within: grid, tolerance: tolerance)
        var uniform = [Double](repeating: 0, count: grid.logRatios.count)
        var values = uniform
        for proposal in prices {
            let occasion = proposal.occasion
            for (index, x) in grid.logRatios.enumerated() {
                values[index] = occasion.profit(atLogRatio: x)
                uniform[index] += values[index]
            }
            oracleProfit += grid.summit(near: values) { occasion.profit(atLogRatio: $0) }.profit
            referenceProfit += occasion.profit(atLogRatio: 0)
            proposedProfit += occasion.profit(at: proposal.price)
        }
        let best = grid.summit(near: uniform) { x in
            prices.reduce(0) { $0 + $1.occasion.profit(atLogRatio: x) }
        }
        uniformProfit = best.profit
        uniformRatio = exp(best.logRatio)
        coverage = Coverage(prices)
    }

    /// Counts; no profit yet.
    init(counting prices: [ProposedPrice], within grid: PriceGrid, tolerance: Double) {
        precondition(!prices.isEmpty, "there is nothing to score")
        let bounds = grid.ratios
        rows = prices.count
        outside = prices.count { proposal in
            proposal.price < bounds.lowerBound * proposal.occasion.referencePrice - tolerance
                || proposal.price > bounds.upperBound * proposal.occasion.referencePrice + tolerance
        }
        (referenceProfit, uniformProfit, uniformRatio, proposedProfit, oracleProfit) = (0, 0, 1, 0, 0)
    }
}

extension PriceScore.Coverage {
    /// - Returns: nil where nobody claims an elasticity.
    init?(_ prices: [ProposedPrice]) {
        var covered = 0
        var width = 0.0
        var count = 0
        for proposal in prices {
            guard let claim = proposal.elasticity else { continue }
            let x = log(proposal.price / proposal.occasion.referencePrice)
            if claim.contains(proposal.occasion.demand.elasticity(atLogRatio: x)) { covered += 1 }
            width += claim.upperBound - claim.lowerBound
            count += 1
        }
        guard count > 0 else { return nil }
        self.init(share: Double(covered) / Double(count), meanWidth: width / Double(count), rows: count)
    }
}
