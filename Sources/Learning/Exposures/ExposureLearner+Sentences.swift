// What preparation did, in sentences: what was dropped, filled in, moved and combined, and why.

import Glibc

extension ExposureLearner.Report {
    /// One sentence for each finding.
    public var sentences: [String] {
        findings.sentences + tooGood + filledIn + moved + crossed + combinations + past + served
    }

    /// Purchases are never that certain before a price is shown.
    private var tooGood: [String] {
        guard heldOut.auc > ColumnLeaks.leakingArea, findings.suspects.isEmpty else { return [] }
        // A network does not say what it knows from where; forests of the same rows do.
        let gains = candidates.map(\.fit.interceptGains).first { !$0.isEmpty } ?? []
        let most = gains.indices.max { gains[$0] < gains[$1] }.map { ", mostly by “\(featureNames[$0])”" } ?? ""
        return [
            "shoppers not learned from were told apart almost perfectly (AUC \(rounded(heldOut.auc)))\(most): "
                + "it was probably written after the purchase, and nothing said here can be believed before that is clear"
        ]
    }

    private var filledIn: [String] {
        columns.filter { $0.blankShare > 0 && $0.standIn != nil }.map {
            "column “\($0.name)” is blank in \(percent($0.blankShare)): \(rounded($0.standIn ?? 0)), the median, stands in"
        }
    }

    /// Everybody's far thousandth is moved; only more than that is news.
    private var moved: [String] {
        columns.filter { $0.clampedShare > 0.002 }.map {
            "column “\($0.name)” lies outside \(rounded($0.lowest ?? 0)) to \(rounded($0.highest ?? 0)) in "
                + "\(percent($0.clampedShare)): moved to the nearer end"
        }
    }

    private var crossed: [String] {
        crosses.filter(\.isKept).map {
            "columns “\($0.columns.joined(separator: "” and “"))” matter as a pair: \($0.cells) cells, whose rates differ "
                + "by \(rounded($0.rateExcess)) and price slopes by \(rounded($0.slopeExcess)) standard deviations more "
                + "than chance"
        }
    }

    private var combinations: [String] {
        guard combined.components > 0 else { return [] }
        return [
            "\(combined.columns.count) correlated columns were standardised, and \(combined.components) principal "
                + "components stand beside them"
        ]
    }

    private var past: [String] {
        switch history {
        case .untried: []
        case .useless: ["users' own past was tried and left out: it predicts users not seen before no better"]
        case .kept(let gain): ["users' own past became four columns: it lowers log-loss by \(rounded(gain))"]
        }
    }

    private var served: [String] {
        let moments = owners.filter { $0.value == .moment }.keys.sorted()
        let unknown =
            moments.isEmpty
            ? [] : ["columns of the moment, blank when the cluster prices: “\(moments.joined(separator: "”, “"))”"]
        let dropped = forgotten > 0 ? ", not the \(forgotten) seen longest ago, who would not fit in" : ""
        return ["the cluster will know \(known.shoppers) shoppers and \(known.items) items\(dropped)"] + unknown
    }

    private func percent(_ share: Double) -> String { "\(rounded(100 * share)) % of the rows" }

    private func rounded(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        let digits = pow(10, 2 - floor(log10(abs(value))))
        return "\((value * digits).rounded() / digits)"
    }
}
