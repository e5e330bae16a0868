// How far an estimate may stray from the truth at any of the moments somebody looks, instead of at one chosen before.
//
// A standardised estimate watched for ever leaves ±1.96 with certainty. Averaging likelihood ratios over effects that a
// normal distribution thinks possible gives a martingale, and a martingale that begins at 1 reaches 1/α with a chance of
// at most α: a boundary that is a little wider and holds at all times at once.
//
// Sources: Robbins (1970); Johari, Koomen, Pekelis and Walsh (2022) for the p-value; Waudby-Smith, Arbour, Sinha,
// Kennedy and Ramdas (2024) for means whose variance is estimated. The clock is the number of rows, not of users: rows
// of one user rise and fall together, so that estimates of two moments are more alike than the clock says, which makes a
// crossing rarer and never more frequent. Rejected: alpha spending, which needs the number of looks beforehand.

import Domain
import Glibc

/// Turns standard errors into intervals and p-values that hold however often they are looked at.
public struct MixtureBoundary: Equatable, Sendable {
    /// Rows at which the interval is narrowest against the one for a single look. Must be chosen before looking.
    public let tunedTo: Int
    /// Variance of the effects thought possible, in units of one row's variance.
    private let spread: Double

    /// The level for which the boundary is tuned; it holds for every level.
    private static let tunedLevel = 0.05

    /// - Precondition: `tunedTo` is positive.
    public init(tunedTo: Int = 5_000) {
        precondition(tunedTo > 0, "tuned to a positive number of rows")
        self.tunedTo = tunedTo
        let penalty = -2 * log(Self.tunedLevel)
        spread = (penalty + log(penalty + 1)) / Double(tunedTo)
    }

    /// Half the width of the interval, in standard errors.
    public func reach(rows: Int, level: Double) -> Double {
        let growth = Double(max(rows, 1)) * spread
        return ((1 + 1 / growth) * (2 * log(1 / level) + log(1 + growth))).squareRoot()
    }

    /// A p-value whose chance to be ever below α is at most α when there is no effect.
    /// - Parameter score: the estimate in standard errors.
    public func pValue(score: Double, rows: Int) -> Double {
        let growth = Double(max(rows, 1)) * spread
        let logRatio = growth / (2 * (1 + growth)) * score * score - 0.5 * log(1 + growth)
        return min(1, exp(-logRatio))
    }
}
