// How far an outcome was from what was expected, once belief has moved as far towards it as it is going to. Belief moves
// by variance × score, and the score shrinks as it moves; the score at which the two agree is the mode of the posterior
// along the gradient. It is found by bisection: the function is monotone, and a single Newton step overshoots where an
// outcome was all but impossible.

import Domain

struct Surprise {
    /// Derivative of the outcome's log-likelihood by the log-odds, at the mode.
    let score: Double
    /// By which the squared reach of a belief narrows it: information / (1 + information · variance).
    let gain: Double

    private static let bisections = 40

    /// - Parameters:
    ///   - logOdds: as believed before.
    ///   - variance: of that belief; positive.
    init(_ outcome: PriceOutcome, logOdds: Double, variance: Double) {
        let likelihood = Likelihood(
            isBought: outcome.isBought, saturation: Double(outcome.prediction.saturation))
        var (low, high) = outcome.isBought ? (0.0, 1.0) : (-1.0, 0.0)
        for _ in 0..<Self.bisections {
            let middle = (low + high) / 2
            if middle < likelihood.at(logOdds + variance * middle).score { low = middle } else { high = middle }
        }
        score = (low + high) / 2
        let information = likelihood.at(logOdds + variance * score).information
        gain = information / (1 + information * variance)
    }
}

/// Of buying or not, with probability saturation · σ(log-odds).
private struct Likelihood {
    var isBought: Bool
    var saturation: Double

    /// The information is the expected one, which is positive under a saturation, too.
    func at(_ logOdds: Double) -> (score: Double, information: Double) {
        let small = portableExponential(max(-abs(logOdds), -700))
        let (near, far) = (1 / (1 + small), small / (1 + small))
        let (acceptance, rejection) = logOdds > 0 ? (near, far) : (far, near)
        // 1 − saturation · acceptance, without losing what is left of it near 1.
        let refusal = (1 - saturation) + saturation * rejection
        return (
            isBought ? rejection : -saturation * acceptance * rejection / refusal,
            saturation * acceptance * rejection * rejection / refusal
        )
    }
}
