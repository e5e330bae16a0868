// Tails of the two distributions that everything here is compared with.

import Domain
import Glibc

enum Tail {
    /// The standard normal value exceeded, in size, in one case of twenty.
    static let twoSided95 = 1.959_964

    /// The chance that a standard normal exceeds `score` in size.
    static func normal(_ score: Double) -> Double { erfc(abs(score) / 2.0.squareRoot()) }

    /// The chance that a chi-square variable exceeds `value`.
    /// - Source: the incomplete gamma function, by its series below `freedom` + 2 and by Lentz's continued fraction
    ///   above.
    static func chiSquare(_ value: Double, freedom: Double) -> Double {
        guard value > 0, freedom > 0 else { return 1 }
        guard value.isFinite else { return 0 }
        let (shape, x) = (freedom / 2, value / 2)
        let scale = exp(shape * log(x) - x - logGamma(shape))
        if x < shape + 1 {
            var term = 1 / shape
            var sum = term
            var next = shape + 1
            while term > sum * 1e-16 {
                term *= x / next
                sum += term
                next += 1
            }
            return max(0, 1 - scale * sum)
        }
        var numerator = 1 / 1e-300
        var denominator = 1 / (x + 1 - shape)
        var fraction = denominator
        for step in 1...10_000 {
            let count = Double(step)
            let factor = count * (shape - count)
            let base = x + 2 * count + 1 - shape
            denominator = 1 / (base + factor * denominator)
            numerator = base + factor / numerator
            fraction *= numerator * denominator
            if abs(numerator * denominator - 1) < 1e-15 { break }
        }
        return min(1, scale * fraction)
    }

    /// The value that a chi-square variable exceeds with this chance, by bisection.
    static func chiSquareQuantile(_ chance: Double, freedom: Double) -> Double {
        var low = 0.0
        var high = freedom + 10
        while chiSquare(high, freedom: freedom) > chance, high < 1e9 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if chiSquare(middle, freedom: freedom) > chance { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// ln Γ of a positive number: Stirling's series from 10 on, the recurrence below. Glibc's own writes a global.
    static func logGamma(_ value: Double) -> Double {
        var argument = value
        var shift = 0.0
        while argument < 10 {
            shift -= log(argument)
            argument += 1
        }
        let square = 1 / (argument * argument)
        let series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1_260 - square / 1_680))) / argument
        return shift + (argument - 0.5) * log(argument) - argument + 0.5 * log(2 * Double.pi) + series
    }
}
