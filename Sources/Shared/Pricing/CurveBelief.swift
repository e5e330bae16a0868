/// What is believed of a correction: a normal distribution around its mean.
public struct CurveBelief: Equatable, Sendable {
    public var mean: CurveShift
    public var covariance: ShiftCovariance

    init(mean: CurveShift, covariance: ShiftCovariance) {
        self.mean = mean
        self.covariance = covariance
    }

    /// Before anything is known.
    public init(priorOf level: CorrectionLevel) {
        self.init(mean: .none, covariance: ShiftCovariance(priorOf: level))
    }

    public static func + (left: CurveBelief, right: CurveBelief) -> CurveBelief {
        CurveBelief(mean: left.mean + right.mean, covariance: left.covariance + right.covariance)
    }
}
