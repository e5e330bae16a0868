import Domain
import Experiments
import Foundation
import Learning

/// The outcome of `farthing experiment analyse`.
struct ExperimentReport: Encodable {
    struct Arm: Encodable {
        var name: String
        var users: Int
        var plannedShare: Double
        /// Nil for the control.
        var verdict: String?
    }
    struct SampleRatioLine: Encodable {
        var pValue: Double?
        var sequentialPValue: Double
        var mismatch: Bool
    }
    struct Line: Encodable {
        var arm: String
        var metric: String
        var per: String
        var control: Double
        var treated: Double
        var difference: Double
        var standardError: Double?
        var fixedLow: Double?
        var fixedHigh: Double?
        var fixedPValue: Double?
        var sequentialLow: Double?
        var sequentialHigh: Double?
        var sequentialPValue: Double?
        var varianceReduction: Double?
        /// In both arms at the shares seen, before anything is said; nil when there are enough.
        var usersNeeded: Int?

        init(_ arm: String, _ named: ExperimentFile.NamedMetric, _ comparison: ArmComparison) {
            self.arm = arm
            metric = named.name
            per = named.per
            control = comparison.controlMean
            treated = comparison.treatedMean
            difference = comparison.difference
            usersNeeded = comparison.usersNeeded
            guard let known = comparison.uncertainty else { return }
            standardError = known.standardError
            (fixedLow, fixedHigh) = (known.fixed.lowerBound, known.fixed.upperBound)
            fixedPValue = known.fixedPValue
            (sequentialLow, sequentialHigh) = (known.sequential.lowerBound, known.sequential.upperBound)
            sequentialPValue = known.sequentialPValue
            varianceReduction = known.varianceReduction
        }
    }
    var rows: Int
    var users: Int
    var usersInTwoArms: Int
    var control: String
    var goal: String
    var tunedTo: Int
    /// Of the sequential intervals: the chance to be wrong, shared out over the treated arms.
    var level: Double
    var arms: [Arm]
    var sampleRatio: SampleRatioLine
    /// Why there is no verdict.
    var mistrust: [String]
    /// Signs that arms reach each other.
    var warnings: [String]
    var comparisons: [Line]

    init(_ file: ExperimentFile, _ plan: ExperimentPlan) {
        let table = file.table
        let analysis = ExperimentAnalysis(table, plan)
        let names = table.armNames
        let treated = names.indices.filter { $0 != plan.control }.sorted { names[$0] < names[$1] }
        rows = table.count
        users = analysis.totals.arms.count
        usersInTwoArms = analysis.totals.usersInTwoArms
        control = names[plan.control]
        goal = file.metrics.first { $0.metric == plan.goal }.map { "\($0.name) per \($0.per)" } ?? ""
        tunedTo = plan.boundary.tunedTo
        level = analysis.levelPerArm
        arms = ([plan.control] + treated).map { arm in
            Arm(
                name: names[arm], users: analysis.sampleRatio.users[arm], plannedShare: plan.shares[arm],
                verdict: arm == plan.control ? nil : analysis.verdict(arm: arm).rawValue)
        }
        sampleRatio = SampleRatioLine(
            pValue: analysis.sampleRatio.pValue, sequentialPValue: analysis.sampleRatio.sequentialPValue,
            mismatch: analysis.sampleRatio.isMismatch)
        mistrust = analysis.mistrust.map { Self.words($0, names, users: analysis.totals.arms.count) }
        warnings = analysis.interference(table).map(Self.words)
        comparisons = treated.flatMap { arm in
            file.metrics.compactMap { metric in
                analysis.comparison(metric.metric, arm: arm).map {
                    Line(names[arm], metric, $0)
                }
            }
        }
    }

    private static func words(_ mistrust: Mistrust, _ names: [String], users: Int) -> String {
        switch mistrust {
        case .wholeClusters(let found):
            "whole clusters were assigned, not users: \(found.split) of \(found.clusters) clusters of several users are "
                + "split over arms, where \(number(found.expectedSplit)) would be; compare clusters: name the cluster in the "
                + "column user, and use --ratio METRIC/rows for means per row"
        case .sampleRatio(let chance):
            "sample-ratio mismatch: such numbers of users come by chance with p = \(number(chance)) if the shares are "
                + "as planned"
        case .usersInTwoArms(let moved): "\(moved) of \(users) users are in two arms"
        case .covariate(let arm, let chance):
            "“\(names[arm])” differed from the control before the experiment: p = \(number(chance))"
        }
    }

    private static func words(_ interference: Interference) -> String {
        switch interference {
        case .splitClusters(let found):
            let head =
                "\(found.split) of \(found.clusters) clusters of several users are split over arms (\(found.users) users)"
            guard let spill = found.spill else { return head }
            return head
                + "; from no treated mates to all, a control's outcome changes by \(number(spill.value)), "
                + "p = \(number(spill.pValue))"
        case .substitution(let found):
            return
                "controls change by \(number(found.slope.value)) a row where all are treated instead of nobody, within "
                + "\(found.items) items and times: p = \(number(found.slope.pValue)); arms may share stock or demand"
        }
    }

    var text: String {
        var lines = ["  \(rows) rows of \(users) users; \(usersInTwoArms) in two arms, counted in their first"]
        var shares = Table(["arm", "users", "planned", "seen"])
        for arm in arms {
            shares.add([
                arm.name, "\(arm.users)", String(format: "%.1f %%", 100 * arm.plannedShare),
                String(format: "%.1f %%", 100 * Double(arm.users) / Double(max(1, users))),
            ])
        }
        lines.append(shares.text)
        lines.append(
            "  sample ratio: p = \(Self.number(sampleRatio.sequentialPValue)) at any look"
                + (sampleRatio.pValue.map { ", \(Self.number($0)) at this one alone" } ?? ""))
        let percent = Self.number(100 * (1 - level))
        var table = Table([
            "arm", "metric", control, "arm's", "difference", "\(percent) % at any look", "p", "95 % at this one alone",
            "p",
        ])
        for line in comparisons {
            table.add([
                line.arm, "\(line.metric) per \(line.per)", Self.number(line.control), Self.number(line.treated),
                Self.number(line.difference), Self.interval(line.sequentialLow, line.sequentialHigh),
                line.sequentialPValue.map(Self.number) ?? "", Self.interval(line.fixedLow, line.fixedHigh),
                line.fixedPValue.map(Self.number) ?? "",
            ])
        }
        lines.append(table.text)
        lines += warnings.map { "  warning, interference: \($0)" }
        if mistrust.isEmpty {
            for arm in arms {
                guard let verdict = arm.verdict else { continue }
                let word = verdict == "harmful" ? "harmful: a guard metric got worse" : verdict
                lines.append("  verdict by \(goal): “\(arm.name)” is \(word)" + shortfall(arm))
            }
        } else {
            lines.append("  no verdict, and the estimates above are not to be trusted:")
            lines += mistrust.map { "    \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    /// Why nothing is said of an arm, and what would change that.
    private func shortfall(_ arm: Arm) -> String {
        guard arm.verdict == "undecided",
            let needed = comparisons.first(where: { $0.arm == arm.name && "\($0.metric) per \($0.per)" == goal })?
                .usersNeeded
        else { return "" }
        let seen = arm.users + (arms.first { $0.name == control }?.users ?? 0)
        // Two digits: the outcomes to come decide the others.
        let step = pow(10, max(0, log10(Double(needed)).rounded(.down) - 1))
        return ": too little to say; about \(Int((Double(needed) / step).rounded(.up) * step)) users in both arms are "
            + "needed at these shares, \(seen) were seen; more equal shares need fewer"
    }

    private static func interval(_ low: Double?, _ high: Double?) -> String {
        guard let low, let high else { return "too little to say" }
        return "\(number(low)) to \(number(high))"
    }

    private static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
