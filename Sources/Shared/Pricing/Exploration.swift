// Prices that are shown to learn from. How a shopper's demand for a product differs from the model's is never known exactly:
// sixteen equally likely curves stand for what it may be by all outcomes so far, each has its best price, and one is drawn
// (Thompson, 1933). What has been seen often is drawn from closely around the best price. A ticket for each curve makes the
// chance of a price a matter of counting: the share of the tickets that lead to it, after every guardrail.
//
// How wide prices are drawn before any outcome is the model's to say, or the operator's, so the belief is stretched to it,
// as a whole ("posterior reshaping", Chapelle and Li, 2011).

import Domain

/// Curves that stand for what a curve may be.
public enum Exploration {
    public static let tickets = 16

    /// Of ln slope, where neither operator nor model says one.
    static let usualDeviation = 0.3

    /// Of the standard normal, in the middles of sixteen equally likely slices.
    public static let quantiles = [
        -1.862_732, -1.318_011, -1.009_990, -0.776_422, -0.579_132, -0.402_250, -0.237_202, -0.078_412, 0.078_412,
        0.237_202, 0.402_250, 0.579_132, 0.776_422, 1.009_990, 1.318_011, 1.862_732,
    ]

    /// A point of the standard normal in two dimensions: sixteen that leave no gap and are not correlated. The second
    /// takes the slices in the order of the ticket's bits reversed, every other one flipped (a shifted Hammersley set).
    static func point(_ ticket: Int) -> (Double, Double) {
        let reversed = (0..<4).reduce(0) { $0 << 1 | ticket >> $1 & 1 }
        return (quantiles[ticket], quantiles[reversed ^ 0b1010])
    }

    /// Of ln slope, before any outcome of shopper and product.
    private static let priorVariance =
        CorrectionLevel.shopper.logSlopeVariance + CorrectionLevel.product.logSlopeVariance

    /// By how much a ticket's curve differs from the believed one.
    /// - Parameter deviation: of ln slope, before any outcome of shopper and product.
    static func shift(_ ticket: Int, around belief: ShiftCovariance, deviation: Double) -> CurveShift {
        let (first, second) = point(ticket)
        let slope = belief.logSlope.squareRoot()
        let tilt = belief.cross / slope
        let level = max(0, belief.intercept - tilt * tilt).squareRoot()
        let stretch = deviation / priorVariance.squareRoot()
        return CurveShift(intercept: stretch * (tilt * first + level * second), logSlope: stretch * slope * first)
    }
}

extension Experiment {
    /// The ticket of a shopper and a product on a day of the shop: the same on every worker, all day.
    public func ticket(_ user: UserKey, _ product: ProductKey, day: Int32) -> Int {
        var hash = FNV1a()
        hash.update(utf8: salt)
        hash.update(1)
        hash.update(word: user.hash.value)
        hash.update(word: product.value)
        hash.update(word: UInt64(bitPattern: Int64(day)))
        return Int(finalMix(hash.value) >> 60)
    }

    /// The curve as a ticket has it.
    /// - Parameters:
    ///   - belief: how far the curve may be off.
    ///   - modelDeviation: of the model's ln slopes, where it says so; counts unless the operator says another.
    public func drawn(
        _ curve: DemandCurve, ticket: Int, belief: ShiftCovariance, modelDeviation: Double? = nil
    ) -> DemandCurve {
        let deviation = exploringDeviation ?? modelDeviation ?? Exploration.usualDeviation
        return curve.shifted(by: Exploration.shift(ticket, around: belief, deviation: deviation))
    }
}
