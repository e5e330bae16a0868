// How far an outcome was from what was expected, once belief has moved as far towards it as it is going to. Belief moves
// by variance × score, and the score shrinks as it moves; the score at which the two agree is the mode of the posterior
// along the gradient. It is found by bisection: a single Newton step overshoots where an outcome was all but impossible.
//
// Where demand turns sharply under a ceiling, who refuses below the turn tells next to nothing, and who refuses above it
// much. The posterior then has several modes, and even the highest leans towards the turn however right the model is. So
// belief moves no further than one step of Fisher scoring, which moves it nowhere on average while the model is right.

import Domain

struct Surprise {
    /// Derivative of the outcome's log-likelihood by the log-odds, where belief comes to rest.
    let score: Double
    /// By which the squared reach of a belief narrows it: information / (1 + information · variance).
    let gain: Double

    private static let bisections = 40

    /// - Parameters:
    ///   - logOdds: as believed before.
    ///   - variance: of that belief; positive.
    init(_ outcome: PriceOutcome, logOdds: Double, variance: Double) {
        let likelihood = Likelihood(
            isBought: outcome.isBought, saturation: Double(outcome.prediction.saturation),
            sharpness: Double(outcome.prediction.sharpness))
        // Under no ceiling but certainty, who refuses far below the turn tells k times as much as under a logit.
        var (low, high) = outcome.isBought ? (0.0, 1.0) : (-max(1, likelihood.sharpness), 0.0)
        for _ in 0..<Self.bisections {
            let middle = (low + high) / 2
            if middle < likelihood.at(logOdds + variance * middle).score { low = middle } else { high = middle }
        }
        let mode = (low + high) / 2
        if likelihood.sharpness == 1 {
            score = mode
        } else {
            let prior = likelihood.at(logOdds)
            let step = prior.score / (1 + prior.information * variance)
            score = abs(step) < abs(mode) ? step : mode
        }
        let information = likelihood.at(logOdds + variance * score).information
        gain = information / (1 + information * variance)
    }
}

/// Of buying or not, with the probability that a `DemandPrediction` has.
private struct Likelihood {
    var isBought: Bool
    var saturation: Double
    var sharpness: Double

    /// The information is the expected one, which is positive under a saturation, too.
    func at(_ logOdds: Double) -> (score: Double, information: Double) {
        let turned = sharpness * logOdds
        let small = portableExponential(max(-abs(turned), -700))
        let (near, far) = (1 / (1 + small), small / (1 + small))
        // The chance to the power of k, and what it lacks: that is d ln P / d log-odds.
        let (readiness, felt) = turned > 0 ? (near, far) : (far, near)
        let (acceptance, rejection) = sharpness == 1 ? (readiness, felt) : root(turned, small)
        // 1 − saturation · acceptance, without losing what is left of it near 1.
        let refusal = (1 - saturation) + saturation * rejection
        return (
            isBought ? felt : -saturation * acceptance * felt / refusal,
            saturation * acceptance * felt * felt / refusal
        )
    }

    /// The k-th root of σ(turned), and what it lacks.
    private func root(_ turned: Double, _ small: Double) -> (acceptance: Double, rejection: Double) {
        let power = (max(-turned, 0) + portableLogarithm(onePlus: small)) / sharpness
        return (portableExponential(max(-power, -700)), portableRefusal(power))
    }
}
