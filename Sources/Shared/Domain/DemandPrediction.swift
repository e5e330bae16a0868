// What a model expected of a price when it was shown, before any correction. It lies in the log beside the price, so that
// whoever learns from the outcome needs no model, and replicas that have loaded different ones learn the same.

/// P(buy) = saturation · (1 + e^(−sharpness · logOdds))^(−1 / sharpness), at the price that the shopper was to pay.
public struct DemandPrediction: Equatable, Sendable {
    /// Intercept less price term.
    public var logOdds: Float
    /// slope · ψ(price): what a change of the slope by 1 % changes the log-odds by, times −100.
    public var priceTerm: Float
    /// Above 0, at most 1.
    public var saturation: Float
    /// How sharply demand turns at the saturation: 1 is the logit; see `CappedDemand`.
    public var sharpness: Float
    /// When the outcome is settled. A purchase from then on is none of this price.
    public var settledAt: Timestamp

    public init(
        logOdds: Float, priceTerm: Float, saturation: Float, sharpness: Float = 1, settledAt: Timestamp
    ) {
        self.sharpness = sharpness
        self.logOdds = logOdds
        self.priceTerm = priceTerm
        self.saturation = saturation
        self.settledAt = settledAt
    }

    /// Past it, log-odds say nothing that a float could tell apart from certainty.
    private static let largestMagnitude: Float = 40

    /// False for numbers that nothing may be learned from.
    public var isUsable: Bool {
        abs(logOdds) <= Self.largestMagnitude && abs(priceTerm) <= Self.largestMagnitude && saturation > 0
            && saturation <= 1 && CappedDemand.sharpnesses.contains(Double(sharpness))
    }
}
