import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// How far a demand curve is moved away from the model's.
public struct CurveShift: Equatable, Sendable {
    /// Added to the log-odds at every price.
    public var intercept: Double
    /// Added to the logarithm of the slope.
    public var logSlope: Double

    public static let none = CurveShift(intercept: 0, logSlope: 0)

    public init(intercept: Double, logSlope: Double) {
        self.intercept = intercept
        self.logSlope = logSlope
    }

    public static func + (left: CurveShift, right: CurveShift) -> CurveShift {
        CurveShift(intercept: left.intercept + right.intercept, logSlope: left.logSlope + right.logSlope)
    }
}

extension DemandCurve {
    public func shifted(by shift: CurveShift) -> DemandCurve {
        var curve = self
        curve.intercept += shift.intercept
        curve.slope *= exp(shift.logSlope)
        return curve
    }

    /// What is expected at a price.
    /// - Returns: nil when it is too far from anything usual to learn from.
    public func prediction(at price: Money, settledAt: Timestamp) -> DemandPrediction? {
        let term = slope * shape(logPrice(price.real))
        let prediction = DemandPrediction(
            logOdds: Float(intercept - term), priceTerm: Float(term), saturation: Float(saturation),
            sharpness: Float(sharpness), settledAt: settledAt)
        return prediction.isUsable ? prediction : nil
    }
}
