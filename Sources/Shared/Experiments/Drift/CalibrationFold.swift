// Do things bought with a probability of 0.2 sell in one case of five? Rows fall into narrow steps of the log-odds that
// were promised, by group of users, and everything else is a sum over steps: the line of true on promised log-odds
// (Cox, 1958: intercept 0 and slope 1 when calibrated), the expected calibration error, and a test for every look.

import Domain
import Glibc

/// Promised probabilities and what became of them; grows by sums alone.
public struct CalibrationFold: Equatable, Sendable, Codable {
    /// Log-odds of the steps' middles: −12 to 12.
    static let steps = 241
    private static let stepWidth = 0.1

    /// Each (groups, steps) row-major.
    private var rows = [Double](repeating: 0, count: UserGroups.count * steps)
    private var bought = [Double](repeating: 0, count: UserGroups.count * steps)
    /// Sum of promised probabilities.
    private var promised = [Double](repeating: 0, count: UserGroups.count * steps)

    public init() {}

    /// - Parameter probability: promised; one outside 0 to 1 or at an end counts as the outermost step.
    mutating func add(group: Int, probability: Double, bought isBought: Bool) {
        let kept = min(max(probability.isNaN ? 0.5 : probability, 1e-6), 1 - 1e-6)
        let step = Int((log(kept / (1 - kept)) / Self.stepWidth).rounded()) + Self.steps / 2
        let place = group * Self.steps + min(max(step, 0), Self.steps - 1)
        rows[place] += 1
        promised[place] += kept
        if isBought { bought[place] += 1 }
    }

    /// Sums of the groups.
    private func total(_ values: [Double]) -> [Double] {
        (0..<Self.steps).map { step in
            (0..<UserGroups.count).reduce(0) { $0 + values[$1 * Self.steps + step] }
        }
    }

    /// The line of true on promised log-odds.
    /// - Returns: nil with fewer than thirty purchases or rows without one, or when all promises are alike.
    public func line() -> CalibrationLine? {
        let (rows, bought, promised) = (total(rows), total(bought), total(promised))
        let (count, purchases) = (rows.reduce(0, +), bought.reduce(0, +))
        guard min(purchases, count - purchases) >= 30 else { return nil }
        let logOdds = rows.indices.map { step -> Double in
            guard rows[step] > 0 else { return 0 }
            let mean = promised[step] / rows[step]
            return log(mean / (1 - mean))
        }
        var (intercept, slope) = (0.0, 1.0)
        var information = Symmetric2()
        for _ in 0..<30 {
            information = Symmetric2()
            var score = (0.0, 0.0)
            for step in rows.indices where rows[step] > 0 {
                let chance = 1 / (1 + exp(-(intercept + slope * logOdds[step])))
                let residual = bought[step] - rows[step] * chance
                score.0 += residual
                score.1 += residual * logOdds[step]
                information.add(logOdds[step], weight: rows[step] * chance * (1 - chance))
            }
            guard let move = information.solve(score) else { return nil }
            // Short steps, so that a start far away does not overshoot.
            intercept += min(max(move.0, -2), 2)
            slope += min(max(move.1, -1), 1)
            if abs(move.0) + abs(move.1) < 1e-10 { break }
        }
        guard intercept.isFinite, slope.isFinite, let inverse = information.inverse else { return nil }
        let scores = groupScores(logOdds) { 1 / (1 + exp(-(intercept + slope * $0))) }
        let spread = UserGroups.totalCovariance(scores, width: 2)
        return CalibrationLine(
            intercept: intercept, slope: slope,
            covariance: inverse.sandwich(Symmetric2(spread[0], spread[1], spread[3])))
    }

    /// The mean distance between promised and seen shares over tenths of the rows.
    /// - Returns: with what chance alone makes of it when every promise is kept; nil without rows.
    public func expectedError() -> (value: Double, byChance: Double)? {
        let totals = total(rows)
        let count = totals.reduce(0, +)
        guard count > 0 else { return nil }
        var (value, byChance) = (0.0, 0.0)
        var first = 0
        var filled = 0.0
        for step in totals.indices {
            filled += totals[step]
            guard filled >= count / 10 || step == totals.count - 1 else { continue }
            let gaps = (0..<UserGroups.count).map { group in
                (first...step).reduce(0.0) { sum, step in
                    let place = group * Self.steps + step
                    return sum + bought[place] - promised[place]
                }
            }
            value += abs(gaps.reduce(0, +)) / count
            let variance = UserGroups.totalCovariance(gaps, width: 1)[0]
            byChance += (variance * 2 / Double.pi).squareRoot() / count
            (first, filled) = (step + 1, 0)
        }
        return (value, byChance)
    }

    /// A p-value that promises are kept, ever below α with a chance of at most α however often it is looked at: of the
    /// larger one of two deviations, in the level and in the slope.
    public func sequentialPValue(_ boundary: MixtureBoundary = MixtureBoundary()) -> Double {
        let (rows, promised) = (total(rows), total(promised))
        let count = rows.reduce(0, +)
        guard count > 0 else { return 1 }
        let logOdds = rows.indices.map { Double($0 - Self.steps / 2) * Self.stepWidth }
        // Around the middle, so that the slope's deviation is not the level's again.
        let chances = rows.indices.map { rows[$0] > 0 ? promised[$0] / rows[$0] : 0 }
        let weights = rows.indices.map { rows[$0] * chances[$0] * (1 - chances[$0]) }
        let weight = weights.reduce(0, +)
        guard weight > 0 else { return 1 }
        let centre = rows.indices.reduce(0) { $0 + weights[$1] * logOdds[$1] } / weight
        let scores = groupScores(logOdds.map { $0 - centre }, promised: true) { _ in 0 }
        let spread = UserGroups.totalCovariance(scores, width: 2)
        let found = [0, 1].map { index -> Double in
            let total = (0..<UserGroups.count).reduce(0) { $0 + scores[$1 * 2 + index] }
            guard spread[index * 3] > 0 else { return 1 }
            let score = UserGroups.discounted(total * total / spread[index * 3], freedom: 1).squareRoot()
            return boundary.pValue(score: score, rows: Int(count))
        }
        return min(1, 2 * (found.min() ?? 1))
    }

    /// For each group, what was bought beyond a chance, and that times the log-odds; (groups, 2).
    private func groupScores(
        _ logOdds: [Double], promised isPromised: Bool = false, _ chance: (Double) -> Double
    ) -> [Double] {
        let chances = logOdds.map(chance)
        var scores = [Double](repeating: 0, count: UserGroups.count * 2)
        for group in 0..<UserGroups.count {
            for step in 0..<Self.steps {
                let place = group * Self.steps + step
                let residual = bought[place] - (isPromised ? promised[place] : rows[place] * chances[step])
                scores[group * 2] += residual
                scores[group * 2 + 1] += residual * logOdds[step]
            }
        }
        return scores
    }
}
