// What a price is worth, exactly. Profit is (p − c)·P(p). Where p > c both factors have a logarithm that is concave in
// ln p, so profit has one summit; a grid finds the cells beside it, and a golden section the place between them. Only
// where every price is below cost may a finer loss hide between two points of the grid.

#if canImport(Glibc)
    import Glibc
#endif

/// Someone to be shown one price: true demand and money, all in one unit.
public struct Occasion: Equatable, Sendable {
    public var demand: Demand
    /// Positive.
    public var referencePrice: Double
    public var unitCost: Double

    public init(demand: Demand, referencePrice: Double, unitCost: Double) {
        self.demand = demand
        self.referencePrice = referencePrice
        self.unitCost = unitCost
    }

    /// Expected profit at ln(p/reference).
    public func profit(atLogRatio x: Double) -> Double {
        demand.probability(atLogRatio: x) * (referencePrice * exp(x) - unitCost)
    }

    /// Expected profit at a price; positive.
    public func profit(at price: Double) -> Double {
        demand.probability(atLogRatio: log(price / referencePrice)) * (price - unitCost)
    }

    /// The price that no other within the bounds beats, as ln(p/reference), and its expected profit.
    public func best(within grid: PriceGrid) -> (logRatio: Double, profit: Double) {
        grid.summit { profit(atLogRatio: $0) }
    }
}

/// Evenly spaced prices between two bounds, in ln(p/reference), and the reference price: losses begin there, so that
/// demand has a kink, and often the summit, where a golden section only comes near.
public struct PriceGrid: Sendable {
    /// How narrow a golden section makes a cell.
    static let tolerance = 1e-7

    /// Ascending, both bounds included.
    public let logRatios: [Double]
    /// The bounds, as p/reference.
    public let ratios: ClosedRange<Double>

    /// - Precondition: the lowest ratio is positive, there is a cell.
    public init(_ ratios: ClosedRange<Double>, cells: Int = 200) {
        precondition(ratios.lowerBound > 0, "prices are positive")
        self.ratios = ratios
        let low = log(ratios.lowerBound)
        let high = log(ratios.upperBound)
        let even = (0...cells).map { low + (high - low) * Double($0) / Double(cells) }
        logRatios = low < 0 && high > 0 && !even.contains(0) ? (even + [0]).sorted() : even
    }

    /// Where a function of ln(p/reference) is highest, for one that has a single summit on the two cells around its
    /// highest grid point. Never lower than on the grid.
    func summit(_ value: (Double) -> Double) -> (logRatio: Double, profit: Double) {
        summit(near: logRatios.map(value), value)
    }

    /// The same, with the values on the grid known.
    func summit(near values: [Double], _ value: (Double) -> Double) -> (logRatio: Double, profit: Double) {
        var top = 0
        for index in values.indices where values[index] > values[top] { top = index }
        let found = goldenSection(
            from: logRatios[max(top - 1, 0)], to: logRatios[min(top + 1, logRatios.count - 1)], value)
        return found.profit > values[top] ? found : (logRatios[top], values[top])
    }

    /// Source: Kiefer, 1953.
    private func goldenSection(
        from start: Double, to end: Double, _ value: (Double) -> Double
    ) -> (logRatio: Double, profit: Double) {
        let golden = (5.0.squareRoot() - 1) / 2
        var (low, high) = (start, end)
        var (left, right) = (high - golden * (high - low), low + golden * (high - low))
        var (leftValue, rightValue) = (value(left), value(right))
        while high - low > Self.tolerance {
            if leftValue > rightValue {
                (high, right, rightValue) = (right, left, leftValue)
                left = high - golden * (high - low)
                leftValue = value(left)
            } else {
                (low, left, leftValue) = (left, right, rightValue)
                right = low + golden * (high - low)
                rightValue = value(right)
            }
        }
        return leftValue > rightValue ? (left, leftValue) : (right, rightValue)
    }
}
