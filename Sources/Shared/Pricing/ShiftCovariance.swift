// The uncertainty of two numbers that are learned together: a symmetric matrix of two rows.

public struct ShiftCovariance: Equatable, Sendable {
    public internal(set) var intercept: Double
    public internal(set) var cross: Double
    public internal(set) var logSlope: Double

    init(intercept: Double, cross: Double, logSlope: Double) {
        self.intercept = intercept
        self.cross = cross
        self.logSlope = logSlope
    }

    init(priorOf level: CorrectionLevel) {
        self.init(intercept: level.interceptVariance, cross: 0, logSlope: level.logSlopeVariance)
    }

    /// Of the sum of two that know nothing of each other.
    public static func + (left: ShiftCovariance, right: ShiftCovariance) -> ShiftCovariance {
        ShiftCovariance(
            intercept: left.intercept + right.intercept, cross: left.cross + right.cross,
            logSlope: left.logSlope + right.logSlope)
    }

    func product(with vector: CurveShift) -> CurveShift {
        CurveShift(
            intercept: intercept * vector.intercept + cross * vector.logSlope,
            logSlope: cross * vector.intercept + logSlope * vector.logSlope)
    }

    func variance(along vector: CurveShift) -> Double {
        let image = product(with: vector)
        return vector.intercept * image.intercept + vector.logSlope * image.logSlope
    }

    /// - Parameter reach: this matrix times the outcome's gradient.
    mutating func narrow(by reach: CurveShift, times gain: Double) {
        intercept -= gain * reach.intercept * reach.intercept
        cross -= gain * reach.intercept * reach.logSlope
        logSlope -= gain * reach.logSlope * reach.logSlope
        keepPositive()
    }

    /// Rounding must not make it singular after however many outcomes; and a belief that is all but certain would not
    /// hear of a change.
    private mutating func keepPositive() {
        intercept = max(intercept, Self.leastVariance)
        logSlope = max(logSlope, Self.leastVariance)
        let largest = Self.largestCorrelation * (intercept * logSlope).squareRoot()
        cross = min(max(cross, -largest), largest)
    }

    private static let leastVariance = 1e-4
    private static let largestCorrelation = 0.999

    /// Between this one and the prior.
    mutating func fade(to level: CorrectionLevel, keeping kept: Double) {
        intercept = kept * intercept + (1 - kept) * level.interceptVariance
        cross *= kept
        logSlope = kept * logSlope + (1 - kept) * level.logSlopeVariance
    }

    /// Whether learning can have led here from the prior: positive, and no wider than it.
    func isReachable(from level: CorrectionLevel) -> Bool {
        let slack = 1 + 1e-9
        return intercept > 0 && intercept <= level.interceptVariance * slack && logSlope > 0
            && logSlope <= level.logSlopeVariance * slack && cross * cross < intercept * logSlope
    }
}
