// What is learned of one shopper, or of one product, between two fits: by how much the model's intercept a and slope b
// are off. Belief is a normal distribution over (δa, δ ln b), around zero before anything is known. An outcome pulls the
// mean along its gradient to where prior and surprise balance, and narrows the belief by what a logistic outcome tells
// (Laplace's approximation, one outcome at a time). Shopper and product explain one surprise together: each takes it in
// proportion to how uncertain it is, as in a mixed model, and what the outcome says about both at once is forgotten
// (assumed-density filtering), so that a key costs five numbers however many others it has met.
//
// Beliefs fade: over time the mean goes back to zero and the uncertainty to the prior's, as in a stationary Gauss–Markov
// process. A new model was fitted to the outcomes that the correction has seen, and explains what its columns can
// express. So of the mean half is kept, under all of the prior's uncertainty.
//
// Rejected: gradient steps with a fixed rate, which either crawl for a shopper seen twice or jitter for a product seen
// ten thousand times; a full filter over all shoppers and products, whose covariance has a number for every pair.
// Sources: West, Harrison and Migon, Dynamic generalized linear models (1985); Opper, On-line Bayesian learning (1998);
// Chapelle and Li, An empirical evaluation of Thompson sampling (2011), for the diagonal case.

import Domain

/// Whose correction it is. The two add up.
public enum CorrectionLevel: Sendable {
    case shopper, product

    /// Variance of δa before anything is known, and at most. Chosen where nothing is lost on those who stay as they are
    /// (`farthing world correct`, docs/pricing.md).
    public var interceptVariance: Double { self == .shopper ? 0.10 : 0.08 }
    /// Of δ ln b.
    public var logSlopeVariance: Double { self == .shopper ? 0.04 : 0.02 }
    /// What is left of a mean after a day: half after 60 days for a shopper, after 30 for a product.
    var keptPerDay: Double { self == .shopper ? 0.988_514_020_4 : 0.977_159_968_4 }

    /// |δa| is never larger.
    public static let largestIntercept = 1.0
    /// |δ ln b| is never larger.
    public static let largestLogSlope = 0.5
}

/// What came of a price.
public struct PriceOutcome: Equatable, Sendable {
    public var prediction: DemandPrediction
    public var isBought: Bool
    /// The shop's local day on which the price was shown.
    public var day: Int32
    /// Of the model that predicted.
    public var modelVersion: UInt64

    public init(_ prediction: DemandPrediction, isBought: Bool, day: Int32, modelVersion: UInt64) {
        self.prediction = prediction
        self.isBought = isBought
        self.day = day
        self.modelVersion = modelVersion
    }
}

public struct CurveCorrection: Equatable, Sendable {
    public let level: CorrectionLevel
    public internal(set) var mean = CurveShift.none
    var covariance: ShiftCovariance
    /// The latest of an outcome.
    public internal(set) var day: Int32 = 0
    /// That predicted on this day first.
    public internal(set) var modelVersion: UInt64 = 0
    /// How many it has learned from.
    public internal(set) var outcomes: UInt32 = 0

    /// Nothing is known.
    public init(_ level: CorrectionLevel) {
        self.level = level
        covariance = ShiftCovariance(priorOf: level)
    }

    /// Of the mean, when another model serves.
    static let keptByANewModel = 0.5

    /// Lets shopper and product learn from one outcome.
    /// - Precondition: the prediction is usable.
    public static func learn(
        _ outcome: PriceOutcome, _ shopper: inout CurveCorrection, _ product: inout CurveCorrection
    ) {
        precondition(outcome.prediction.isUsable, "nothing may be learned from this prediction")
        shopper.advance(to: outcome)
        product.advance(to: outcome)
        let shift = shopper.mean + product.mean
        let term = Double(outcome.prediction.priceTerm)
        let steepened = term * portableExponential(shift.logSlope)
        let logOdds = Double(outcome.prediction.logOdds) + shift.intercept + term - steepened
        let gradient = CurveShift(intercept: 1, logSlope: -steepened)
        let surprise = Surprise(
            outcome, logOdds: logOdds,
            variance: shopper.covariance.variance(along: gradient) + product.covariance.variance(along: gradient))
        shopper.take(surprise, along: gradient)
        product.take(surprise, along: gradient)
    }

    /// What is believed on a day, of a model.
    public func belief(on day: Int32, of modelVersion: UInt64) -> CurveBelief {
        guard outcomes > 0 else { return CurveBelief(priorOf: level) }
        var current = self
        current.fade(to: day)
        if modelVersion != self.modelVersion { current.yield(to: modelVersion) }
        return CurveBelief(mean: current.mean, covariance: current.covariance)
    }

    /// What happened on an earlier day comes late, and finds the correction as it is: neither days pass twice, nor does
    /// one model take over from another more than once a day, while prices of both still find their outcomes.
    private mutating func advance(to outcome: PriceOutcome) {
        if outcomes == 0 {
            day = outcome.day
            modelVersion = outcome.modelVersion
        } else if outcome.day > day {
            fade(to: outcome.day)
            if outcome.modelVersion != modelVersion { yield(to: outcome.modelVersion) }
        }
        if outcomes < .max { outcomes += 1 }
    }

    private mutating func fade(to day: Int32) {
        guard day > self.day else { return }
        let kept = Self.power(level.keptPerDay, Int64(day) - Int64(self.day))
        self.day = day
        mean.intercept *= kept
        mean.logSlope *= kept
        covariance.fade(to: level, keeping: kept * kept)
    }

    private mutating func yield(to modelVersion: UInt64) {
        self.modelVersion = modelVersion
        mean.intercept *= Self.keptByANewModel
        mean.logSlope *= Self.keptByANewModel
        covariance = ShiftCovariance(priorOf: level)
    }

    private mutating func take(_ surprise: Surprise, along gradient: CurveShift) {
        let reach = covariance.product(with: gradient)
        let (a, b) = (CorrectionLevel.largestIntercept, CorrectionLevel.largestLogSlope)
        mean.intercept = min(max(mean.intercept + reach.intercept * surprise.score, -a), a)
        mean.logSlope = min(max(mean.logSlope + reach.logSlope * surprise.score, -b), b)
        covariance.narrow(by: reach, times: surprise.gain)
    }

    /// By squaring, so that every machine multiplies the same numbers.
    private static func power(_ base: Double, _ exponent: Int64) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
