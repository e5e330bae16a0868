// The chances of Thompson sampling, worked out instead of drawn: the chance that one normal variable exceeds all the
// others is ∫ φᵢ(x) · Πⱼ Φⱼ(x) dx. A choice drawn from these chances is a choice by Thompson sampling, and its
// propensity is known exactly; counting the winners of repeated draws would cost more and be noisy where it is small.

import Glibc

/// A normal belief about an amount.
struct Belief {
    var mean: Double
    var deviation: Double

    /// Points of the integral, over six standard deviations to each side.
    private static let points = 48
    private static let reach = 6.0
    /// Of the widest belief: a belief is never taken for certainty.
    private static let narrowest = 1e-3

    /// The chance of each to be the greatest; adding up to 1.
    /// - Complexity: O(beliefs² · points).
    static func chancesOfBeingBest(_ beliefs: [Belief]) -> [Double] {
        guard beliefs.count > 1 else { return beliefs.map { _ in 1 } }
        let widest = max(beliefs.map(\.deviation).max() ?? 0, .leastNormalMagnitude)
        let deviations = beliefs.map { max($0.deviation, narrowest * widest) }
        var chances = beliefs.indices.map { one in
            var sum = 0.0
            for point in 0..<points {
                let z = reach * ((2 * Double(point) + 1) / Double(points) - 1)
                let x = beliefs[one].mean + z * deviations[one]
                var density = exp(-z * z / 2)
                for other in beliefs.indices where other != one {
                    density *= erfc((beliefs[other].mean - x) / deviations[other] / 2.0.squareRoot()) / 2
                }
                sum += density
            }
            return sum
        }
        let total = chances.reduce(0, +)
        // Points too coarse for a narrow belief beside a wide one: the greatest mean is then as good as certain.
        guard total > 0, total.isFinite else {
            let best = beliefs.indices.max { beliefs[$0].mean < beliefs[$1].mean } ?? 0
            return beliefs.indices.map { $0 == best ? 1 : 0 }
        }
        for index in chances.indices { chances[index] /= total }
        return chances
    }
}
