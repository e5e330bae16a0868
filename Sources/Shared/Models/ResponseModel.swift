// How likely a purchase is, as a function of the price. Forests, or a network, give two or three numbers per row,
// intercept, slope and saturation, once; the price then enters in closed form, and the optimiser never calls a forest.
// Source: varying-coefficient models (Hastie and Tibshirani, 1993), docs/pricing.md.

import Domain
import Glibc

/// P(buy | price) = c · (1 + e^(−k·z))^(−1/k) with z = a − b · ψ(ln(price / reference) − centre), and with b > 0 and
/// 0 < c ≤ 1 for every row. k is 1, which makes it c · σ(z), unless a network's law says otherwise.
public struct ResponseModel: Equatable, Sendable {
    /// A third forest: the share that wants the product at all, where that is far from everybody. A price below what
    /// shoppers would pay at most then sells no more, however low; without a saturation the slope would have to say so.
    public struct Saturation: Equatable, Sendable {
        /// In log-odds.
        public let forest: FlatForest
        public let base: Float

        public init(forest: FlatForest, base: Float) {
            self.forest = forest
            self.base = base
        }
    }

    public let intercept: FlatForest
    public let logSlope: FlatForest
    /// Log-odds of a purchase before any tree speaks.
    public let interceptBase: Float
    /// Logarithm of the slope before any tree speaks.
    public let logSlopeBase: Float
    /// Mean of ln(price / reference) in training; centring keeps the two forests from fighting each other.
    public let centre: Float
    /// Slopes outside are moved to the nearer end. Both ends positive.
    public let slopes: ClosedRange<Float>
    /// ψ, the same for every row.
    public let shape: PriceShape
    /// nil: c = 1 for every row.
    public let saturation: Saturation?
    /// What the forests were grown on; nil: nothing.
    public let surface: ResponseSurface?
    /// What says of a row whatever the forests do not; nil: nothing does. Its intercepts belong to the price at which ψ
    /// is 0.
    public let network: ResponseNetwork?

    /// - Precondition: all forests, the surface and the network read rows of the same width, and c is said once.
    public init(
        intercept: FlatForest, logSlope: FlatForest, interceptBase: Float, logSlopeBase: Float, centre: Float,
        slopes: ClosedRange<Float>, shape: PriceShape = .straight, saturation: Saturation? = nil,
        surface: ResponseSurface? = nil, network: ResponseNetwork? = nil
    ) throws(ModelError) {
        precondition(
            intercept.featureCount == logSlope.featureCount
                && intercept.featureCount == saturation?.forest.featureCount ?? intercept.featureCount,
            "several forests, one row")
        precondition(
            surface?.inputs.allSatisfy { (0..<intercept.featureCount).contains($0.place) } ?? true,
            "a surface of the same row")
        precondition(
            network?.inputs.allSatisfy { (0..<intercept.featureCount).contains($0.place) } ?? true,
            "a network of the same row")
        precondition(saturation == nil || network == nil, "one ceiling")
        try ModelError.refuse(
            notFinite: [
                "interceptBase": interceptBase, "logSlopeBase": logSlopeBase, "centre": centre,
                "slopes.lowest": slopes.lowerBound, "slopes.highest": slopes.upperBound,
                "saturation.base": saturation?.base ?? 0,
            ], of: "response")
        guard slopes.lowerBound > 0 else {
            throw ModelError(
                .malformed, place: "response.slopes", value: "\(slopes)",
                remedy: "A slope must be positive: nobody buys more because it costs more.")
        }
        self.intercept = intercept
        self.logSlope = logSlope
        self.interceptBase = interceptBase
        self.logSlopeBase = logSlopeBase
        self.centre = centre
        self.slopes = slopes
        self.shape = shape
        self.saturation = saturation
        self.surface = surface
        self.network = network
    }

    /// What all rows share of c, and k.
    public var law: CappedDemand { network?.law ?? .logit }

    public var featureCount: Int { intercept.featureCount }

    /// Scores a batch of rows; allocates nothing.
    /// - Shape: `rows` (N, featureCount) row-major → `intercepts` (N,) in log-odds, `slopes` (N,) in log-odds per
    ///   unit of log price.
    /// - Precondition: both outputs have N elements, and `rows` at least N rows.
    public func score(
        _ rows: Span<Float>, intercepts: inout MutableSpan<Float>, slopes slopeOut: inout MutableSpan<Float>
    ) {
        precondition(intercepts.count == slopeOut.count, "one intercept and one slope per row")
        intercept.score(rows, into: &intercepts)
        logSlope.score(rows, into: &slopeOut)
        for index in intercepts.indices {
            let below = belowForests(rows, from: index * featureCount)
            intercepts[index] += interceptBase + below.intercept
            let slope = expf(logSlopeBase + below.logSlope + slopeOut[index])
            slopeOut[index] = min(max(slope, slopes.lowerBound), slopes.upperBound)
        }
    }

    private func belowForests(_ rows: Span<Float>, from start: Int) -> (intercept: Float, logSlope: Float) {
        let surface = surface?.score(rows, from: start) ?? (intercept: 0, logSlope: 0)
        let network = network?.score(rows, from: start) ?? (intercept: 0, logSlope: 0)
        return (surface.intercept + network.intercept, surface.logSlope + network.logSlope)
    }

    /// Scores the saturations of a batch of rows; allocates nothing.
    /// - Shape: `rows` (N, featureCount) row-major → `saturations` (N,), above 0 and at most 1.
    public func score(_ rows: Span<Float>, saturations: inout MutableSpan<Float>) {
        if let saturation { saturation.forest.score(rows, into: &saturations) }
        for index in saturations.indices {
            saturations[index] =
                saturation.map { Self.share(logOdds: $0.base + saturations[index]) } ?? Float(law.ceiling)
        }
    }

    private static func share(logOdds: Float) -> Float { max(1 / (1 + expf(-logOdds)), .leastNormalMagnitude) }

    /// The coefficients of one row by the plain walk: for tests, explanations and golden predictions.
    public func referenceScore(_ row: [Float]) -> (intercept: Float, slope: Float, saturation: Float) {
        let below = belowForests(row.span, from: 0)
        let slope = expf(logSlopeBase + below.logSlope + logSlope.referenceScore(row))
        return (
            intercept.referenceScore(row) + (interceptBase + below.intercept),
            min(max(slope, slopes.lowerBound), slopes.upperBound),
            saturation.map { Self.share(logOdds: $0.base + $0.forest.referenceScore(row)) } ?? Float(law.ceiling)
        )
    }

    /// The probability of a purchase.
    /// - Parameter logRelativePrice: ln(price / reference), not centred.
    public func probability(
        intercept: Float, slope: Float, saturation: Float = 1, logRelativePrice: Double
    ) -> Double {
        let logOdds = logOdds(intercept: intercept, slope: slope, logRelativePrice: logRelativePrice)
        return Double(saturation) * CappedDemand.acceptance(logOdds: logOdds, sharpness: law.sharpness)
    }

    /// z: below the ceiling.
    public func logOdds(intercept: Float, slope: Float, logRelativePrice: Double) -> Double {
        Double(intercept) - Double(slope) * shape(logRelativePrice - Double(centre))
    }
}
