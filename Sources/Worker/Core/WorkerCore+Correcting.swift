// Where pricing and the online correction meet: the curve that prices is the model's, moved by what shopper and product
// have done since; and every price shown carries what the model alone expected, for the fold to learn from. A model on
// trial prices as it was fitted, and teaches nothing: what a product is off by is off from the model that serves.

import Domain
import Pricing
import Promotions

/// How a worker takes part in the online correction. What is folded does not depend on it: workers that differ while one
/// after the other starts anew still hold the same state.
public struct OnlineCorrectionSettings: Equatable, Sendable {
    /// From a quote's expiry to the end of its window for purchases.
    public var outcomeWithinMilliseconds: Int64

    public init(outcomeWithinMilliseconds: Int64) {
        self.outcomeWithinMilliseconds = outcomeWithinMilliseconds
    }
}

extension WorkerCore {
    /// Windows close together, every ten seconds.
    private static let settlingStep: Int64 = 10_000

    func correct(_ cart: inout Cart) {
        guard configuration.onlineCorrection != nil, cart.role == .serving, let place = place(of: cart.partition)
        else { return }
        for line in cart.scored {
            guard let curve = cart.lines[line].predicted,
                let known = keyed[place]?.state.corrections.known(
                    of: cart.lines[line].key, for: cart.user, on: cart.day, modelVersion: servingVersion)
            else { continue }
            let corrected = known.isNothing ? curve : curve.shifted(by: known.belief.mean)
            guard corrected.isUsable else { continue }
            cart.lines[line].curve = corrected
            cart.lines[line].correction = known
        }
    }

    /// What the model alone expects of the price that the shopper is to pay; nil when nobody will learn from it.
    func prediction(of line: Cart.Line, at personalPrice: Money, _ cart: Cart) -> DemandPrediction? {
        guard let settings = configuration.onlineCorrection, cart.role == .serving, cart.arm != .control,
            let curve = line.predicted
        else { return nil }
        let (paid, _) = PromotionSelection.select(line.row, against: personalPrice, at: cart.now)
        // Quotes expire together; each shopper's windows close at a time of their own, so that the fold is not told of
        // all at once.
        let own = Int64(finalMix(cart.user.hash.value) % UInt64(expiryStep))
        let end = cart.expiresAt.milliseconds + settings.outcomeWithinMilliseconds + own
        let settledAt = (end + Self.settlingStep - 1) / Self.settlingStep * Self.settlingStep
        return curve.prediction(at: paid, settledAt: Timestamp(milliseconds: settledAt))
    }

    /// What the correction adds, beside the features in an explanation.
    func contributions(_ correction: OnlineCorrections.Known) -> [FeatureValue] {
        guard !correction.isNothing else { return [] }
        return [("shopper", correction.shopper.mean), ("product", correction.product.mean)].flatMap { whose, shift in
            [
                FeatureValue(name: "correction of the intercept, \(whose)", value: Float(shift.intercept)),
                FeatureValue(name: "correction of the log slope, \(whose)", value: Float(shift.logSlope)),
            ]
        }
    }
}
