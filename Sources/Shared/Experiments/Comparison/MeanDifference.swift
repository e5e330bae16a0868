// How far apart two arms' means are, how well that is known, and whether a normal curve may be trusted with it.
//
// A small arm of a skewed outcome deceives: without a purchase its own variance is zero, and one that lies low by chance
// has a small variance, too. So the variance is never less than the one that both arms have together, and nothing is
// said before the difference itself is near to symmetric. Its skewness, in equal arms, is zero whatever the outcome's:
// they need no more users than before.
//
// Source: Kohavi, Deng, Longbotham and Xu (2014), after Boos and Hughes-Oliver (2000): the users needed grow with the
// squared skewness. Rejected: their multiple of it in each arm, which would silence equal arms that were never wrong.

import Domain
import Glibc

/// The difference between the means of two arms.
struct MeanDifference {
    /// Treated less control.
    let value: Double
    /// Of `value`: Welch's variance, or Student's where that is larger.
    let variance: Double
    /// Users in both arms, at the shares seen, from which on the difference is near enough to normal, as far as the
    /// outcomes seen can tell; nil when there are enough.
    let usersNeeded: Int?

    /// Users in each arm below which nothing is said.
    static let fewestUsers = 30
    /// The largest skewness of the difference of which something is said: some sixteen purchases in the smaller of two
    /// very unequal arms. Chosen by simulation, so that intervals miss a real effect at some look in less than 5 % of
    /// experiments; without an effect the variance alone sees to it.
    static let mostSkewness = 0.25

    /// Amounts near the largest number have no finite skewness.
    private static let mostNeeded = 1e15

    /// - Complexity: users.
    init(_ control: ArmValues, _ treated: ArmValues) {
        let counts = (Double(control.values.count), Double(treated.values.count))
        let (users, smaller) = (counts.0 + counts.1, min(counts.0, counts.1))
        let (first, second) = (control.centralSums, treated.centralSums)
        let reciprocals = 1 / counts.0 + 1 / counts.1
        let squares = first.squares + second.squares
        value = treated.mean - control.mean
        guard smaller >= Double(Self.fewestUsers) else {
            variance = .nan
            usersNeeded = Int((users * Double(Self.fewestUsers) / max(1, smaller)).rounded(.up))
            return
        }
        variance = max(
            first.squares / (counts.0 - 1) / counts.0 + second.squares / (counts.1 - 1) / counts.1,
            squares / (users - 2) * reciprocals)
        let outcome = squares > 0 ? (first.cubes + second.cubes) / users / pow(squares / users, 1.5) : 0
        let skewness =
            outcome * (1 / (counts.1 * counts.1) - 1 / (counts.0 * counts.0)) / pow(reciprocals, 1.5)
        // The squared skewness of a mean shrinks as users grow.
        let factor = skewness * skewness / (Self.mostSkewness * Self.mostSkewness)
        usersNeeded = factor > 1 ? Int(min(users * factor, Self.mostNeeded).rounded(.up)) : nil
    }
}
