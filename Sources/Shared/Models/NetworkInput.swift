// A column as a network wants it: without a long tail, near 0, and of about one size with the others. A tree asks only
// for an order; a network multiplies.

#if canImport(Glibc)
    import Glibc
#endif

/// One column of a row, standardised.
public struct NetworkInput: Equatable, Sendable {
    public let place: Int
    /// Whether its logarithm is taken; what is not positive then counts as the smallest.
    public let isLogarithm: Bool
    /// What lies outside is moved to the nearer end; of the logarithm where there is one.
    public let usual: ClosedRange<Float>
    public let centre: Float
    public let scale: Float

    /// Standard deviations from the mean that count.
    static let farthest: Float = 40

    /// - Throws: for numbers that are none.
    public init(
        place: Int, isLogarithm: Bool, usual: ClosedRange<Float>, centre: Float, scale: Float
    ) throws(ModelError) {
        try ModelError.refuse(
            notFinite: [
                "usual.lowest": usual.lowerBound, "usual.highest": usual.upperBound, "centre": centre, "scale": scale,
            ], of: "response.network.inputs")
        guard scale > 0, usual.contains(centre) else {
            throw ModelError(
                .malformed, place: "response.network.inputs", value: "\(centre) and \(scale) of \(usual)",
                remedy: "A mean lies among its values and a scale is positive: train again.")
        }
        self.place = place
        self.isLogarithm = isLogarithm
        self.usual = usual
        self.centre = centre
        self.scale = scale
    }

    /// Finite for every float; what is no number is as good as the mean.
    public func standardised(_ value: Float) -> Float {
        let number = isLogarithm ? (value > 0 ? logf(value) : usual.lowerBound) : value
        if value.isNaN { return 0 }
        let kept = min(max(number, usual.lowerBound), usual.upperBound)
        return min(max((kept - centre) * scale, -Self.farthest), Self.farthest)
    }
}
