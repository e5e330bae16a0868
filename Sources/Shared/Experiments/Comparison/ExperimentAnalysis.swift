// A whole experiment: first whether it can be believed, then what it says. One metric, the goal, decides, so that the
// number of other metrics costs nothing; the chance to be wrong is shared out over the treated arms.

import Domain
import Glibc

/// What was decided before looking.
public struct ExperimentPlan: Sendable {
    /// A metric that must not get worse.
    public struct Guard: Sendable {
        public var metric: Metric
        public var isLowerBetter: Bool

        public init(_ metric: Metric, isLowerBetter: Bool) {
            self.metric = metric
            self.isLowerBetter = isLowerBetter
        }
    }

    public var control: Int
    /// Share of users planned for each arm, adding up to one.
    public var shares: [Double]
    public var goal: Metric
    public var isLowerBetter = false
    public var guards: [Guard] = []
    public var boundary = MixtureBoundary()
    /// Chance of a wrong word about the goal, over all arms and all looks.
    public var level = 0.05

    public init(control: Int, shares: [Double], goal: Metric) {
        self.control = control
        self.shares = shares
        self.goal = goal
    }
}

/// Why the arms are not comparable.
public enum Mistrust: Equatable, Sendable {
    /// Clusters were drawn, so that users are no draws of their own.
    case wholeClusters(ClusterAssignment)
    case sampleRatio(pValue: Double)
    /// Users seen in two arms.
    case usersInTwoArms(Int)
    /// An arm differed from the control before the experiment.
    case covariate(arm: Int, pValue: Double)
}

/// What an experiment says about one arm.
public enum Verdict: String, Sendable {
    case better, worse, undecided
    /// A guard metric got worse, whatever the goal says.
    case harmful
    /// The arms are not comparable.
    case refused
}

public struct ExperimentAnalysis: Sendable {
    public let totals: UserTotals
    public let sampleRatio: SampleRatio
    public let mistrust: [Mistrust]
    private let plan: ExperimentPlan
    /// The intervals' level: the plan's, shared out over the treated arms.
    public let levelPerArm: Double

    /// Up to this share of users may be seen in two arms: a shared tablet, an account passed on.
    public static let toleratedMoves = 0.01

    public init(_ table: ExperimentTable, _ plan: ExperimentPlan) {
        let totals = UserTotals(table)
        let arms = table.armNames.indices
        let treated = arms.filter { $0 != plan.control }
        let levelPerArm = plan.level / Double(max(1, treated.count))
        let ratio = SampleRatio(totals, planned: plan.shares)
        var mistrust: [Mistrust] = []
        let clusters = ClusterAssignment(table, totals).flatMap { $0.isOfWholeClusters ? $0 : nil }
        if let clusters { mistrust.append(.wholeClusters(clusters)) }
        // Users of whole clusters are no draws: the tests that count them would accuse chance.
        if clusters == nil, ratio.isMismatch {
            mistrust.append(.sampleRatio(pValue: min(ratio.sequentialPValue, ratio.pValue ?? 1)))
        }
        if Double(totals.usersInTwoArms) > Self.toleratedMoves * Double(totals.arms.count) {
            mistrust.append(.usersInTwoArms(totals.usersInTwoArms))
        }
        if clusters == nil, !totals.covariates.isEmpty {
            let alarm = SampleRatio.sequentialLevel / Double(max(1, treated.count))
            for arm in treated {
                let chance = Self.imbalance(totals, plan.control, arm, plan.boundary)
                if chance < alarm { mistrust.append(.covariate(arm: arm, pValue: chance)) }
            }
        }
        self.totals = totals
        self.plan = plan
        self.levelPerArm = levelPerArm
        self.mistrust = mistrust
        sampleRatio = ratio
    }

    /// - Returns: nil when an arm has no users or a ratio no denominator.
    public func comparison(_ metric: Metric, arm: Int) -> ArmComparison? {
        ArmComparison(
            metric, totals, control: plan.control, treated: arm, boundary: plan.boundary, level: levelPerArm)
    }

    public func verdict(arm: Int) -> Verdict {
        guard mistrust.isEmpty else { return .refused }
        // A guard stops an experiment and never wins one, so that several of them share its chance to be wrong.
        let guardLevel = plan.level / Double(max(1, plan.guards.count * (plan.shares.count - 1)))
        for watched in plan.guards {
            guard let comparison = comparison(watched.metric, arm: arm) else { continue }
            let isWorse = (comparison.difference < 0) != watched.isLowerBetter
            let isSure = comparison.uncertainty.map { $0.sequentialPValue < guardLevel } ?? comparison.isCertain
            if isSure, isWorse { return .harmful }
        }
        guard let comparison = comparison(plan.goal, arm: arm), let known = comparison.uncertainty,
            known.sequentialPValue < levelPerArm
        else { return .undecided }
        return (comparison.difference > 0) != plan.isLowerBetter ? .better : .worse
    }

    /// A sequential p-value that two arms had the same mean of the covariate before they were arms.
    private static func imbalance(
        _ totals: UserTotals, _ control: Int, _ arm: Int, _ boundary: MixtureBoundary
    ) -> Double {
        func known(_ arm: Int) -> ArmValues {
            ArmValues(values: totals.users(of: arm).map { totals.covariates[$0] }.filter { !$0.isNaN })
        }
        let (before, treated) = (known(control), known(arm))
        let found = MeanDifference(before, treated)
        guard found.usersNeeded == nil, found.variance > 0, found.variance.isFinite else { return 1 }
        return boundary.pValue(
            score: found.value / found.variance.squareRoot(), rows: before.values.count + treated.values.count)
    }
}

/// A sign that arms reach each other. A warning: estimates stay, but may not be the effect of treating everybody.
public enum Interference: Equatable, Sendable {
    case splitClusters(SplitClusters)
    case substitution(Substitution)

    /// Above this share of users in split clusters, these are told of.
    static let toleratedSplit = 0.01
    /// A slope less likely than this by chance is told of.
    public static let level = 0.001
}

extension ExperimentAnalysis {
    /// Signs that arms reach each other, as far as the rows can show them.
    public func interference(_ table: ExperimentTable) -> [Interference] {
        let column =
            switch plan.goal {
            case .perUser(let column), .perRow(let column), .ratio(let column, _): column
            }
        var signs: [Interference] = []
        if let clusters = SplitClusters(table, totals, control: plan.control, column: column),
            Double(clusters.users) > Interference.toleratedSplit * Double(totals.arms.count)
        {
            signs.append(.splitClusters(clusters))
        }
        if let found = Substitution(table, totals, control: plan.control, column: column),
            found.slope.pValue < Interference.level
        {
            signs.append(.substitution(found))
        }
        return signs
    }
}
