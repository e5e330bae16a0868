// The difference between two arms in one metric, with an interval for one look and one for any number of looks.

import Domain
import Glibc

/// A treated arm against the control.
public struct ArmComparison: Sendable {
    /// A difference whose size is known well enough to speak of.
    public struct Uncertainty: Equatable, Sendable {
        public var standardError: Double
        /// Holds the truth in 19 cases of 20 when looked at once, at a moment chosen beforehand.
        public var fixed: ClosedRange<Double>
        public var fixedPValue: Double
        /// Holds the truth at all times at once in 19 cases of 20.
        public var sequential: ClosedRange<Double>
        /// Ever below α with a chance of at most α when the arms are alike.
        public var sequentialPValue: Double
        /// The part of the variance that the covariate took away.
        public var varianceReduction: Double
    }

    public let controlMean: Double
    public let treatedMean: Double
    /// Treated less control, after the covariate.
    public let difference: Double
    /// Nil with too few users, or when all of both arms are alike.
    public let uncertainty: Uncertainty?
    /// Users in both arms, at the shares seen, from which on there is something to say, as far as the outcomes seen can
    /// tell; nil when there are enough.
    public let usersNeeded: Int?
    /// Every user of an arm has the arm's mean, which is not the other's: no interval can say how sure that is.
    public let isCertain: Bool

    /// - Parameter level: of the sequential interval; the fixed one is of 0.05.
    /// - Returns: nil when an arm has no users or a ratio no denominator.
    /// - Complexity: users.
    public init?(
        _ metric: Metric, _ totals: UserTotals, control: Int, treated: Int, boundary: MixtureBoundary,
        level: Double = 0.05
    ) {
        let users = (totals.users(of: control), totals.users(of: treated))
        guard !users.0.isEmpty, !users.1.isEmpty,
            let controlValues = ArmValues(metric, totals, users: users.0),
            let treatedValues = ArmValues(metric, totals, users: users.1)
        else { return nil }
        controlMean = controlValues.mean
        treatedMean = treatedValues.mean
        var arms = (controlValues, treatedValues)
        let raw = MeanDifference(arms.0, arms.1)
        if !totals.covariates.isEmpty {
            ArmValues.adjust(
                &arms, covariates: (users.0.map { totals.covariates[$0] }, users.1.map { totals.covariates[$0] }))
        }
        let found = totals.covariates.isEmpty ? raw : MeanDifference(arms.0, arms.1)
        let variance = found.variance
        difference = found.value
        usersNeeded = found.usersNeeded
        isCertain = variance == 0 && difference.isFinite && difference != 0
        guard usersNeeded == nil, variance > 0, variance.isFinite, difference.isFinite else {
            uncertainty = nil
            return
        }
        let error = variance.squareRoot()
        let rows = Int((users.0 + users.1).reduce(0) { $0 + totals.rows[$1] })
        let fixedReach = Tail.twoSided95 * error
        let reach = boundary.reach(rows: rows, level: level) * error
        uncertainty = Uncertainty(
            standardError: error, fixed: (difference - fixedReach)...(difference + fixedReach),
            fixedPValue: Tail.normal(difference / error), sequential: (difference - reach)...(difference + reach),
            sequentialPValue: boundary.pValue(score: difference / error, rows: rows),
            varianceReduction: 1 - variance / raw.variance)
    }
}
