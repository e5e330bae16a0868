// How a purchase probability may fall with the price. A learner assumes one shape; a world in which only that shape is
// true would flatter it. So the worlds have seven, all with the same shoppers behind them: two that a logistic model
// meets exactly or nearly, and five that it does not.

/// The shape of demand in a world.
public enum DemandLaw: String, CaseIterable, Sendable {
    /// σ(a − b·ln(p/reference)).
    case logit
    /// σ(a − b·(p/reference − 1)): straight in money instead of in percent.
    case linearLogit = "linear-logit"
    /// Φ((a − b·ln(p/reference)) / 1.7): thinner tails.
    case probit
    /// Constant elasticity b, until nearly everybody buys.
    case logLinear = "log-linear"
    /// The number of units wanted is Poisson, and its mean has constant elasticity b; who wants one or more buys.
    case poisson
    /// A logit with a kink: what lies above the reference price hurts more than as much below it pleases (Tversky and
    /// Kahneman, 1991).
    case reference
    /// Every shopper has a most that an item may cost; up to it the price does not matter.
    case thresholds
}
