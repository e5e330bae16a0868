// What is known of one offer in one segment: a normal belief about its mean value, which is what is left of the profit
// after the cost, and the mean cost. Sums are whole numbers, so the order in which outcomes come in does not matter.

import Domain

public struct OfferPosterior: Equatable, Sendable {
    public private(set) var count: Int64 = 0
    private var value: Int128 = 0
    private var valueSquares: Int128 = 0
    private var cost: Int128 = 0
    /// Standard deviation of one value before anything is known.
    private let scale: Double

    /// Minor units; squares of it can be added up for longer than anybody waits.
    static let greatestAmount = 0x1p40
    /// Outcomes that the first guess counts for.
    private static let strength = 1.0

    init(scale: Double) { self.scale = scale }

    mutating func add(_ profit: Money, _ cost: Money) {
        count += 1
        let value = Int128(profit.minorUnits) - Int128(cost.minorUnits)
        self.value += value
        valueSquares += value * value
        self.cost += Int128(cost.minorUnits)
    }

    private var weight: Double { Double(count) + Self.strength }

    /// Expected value of one more, pulled towards 0 by the first guess.
    public var mean: Double { Double(value) / weight }

    /// Standard deviation of the belief about the mean.
    public var deviation: Double {
        let squares = Double(valueSquares) + Self.strength * scale * scale - weight * mean * mean
        return (max(squares, 0) / weight / weight).squareRoot()
    }

    /// Expected cost of one more; the first guess is given.
    public func cost(startingAt guess: Double) -> Double { (Double(cost) + Self.strength * guess) / weight }
}
