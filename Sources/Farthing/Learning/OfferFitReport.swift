import Foundation
import Learning

/// The outcome of `farthing learn offers fit`. Amounts are per user, with their standard errors.
struct OfferFitReport: Encodable {
    struct Amount: Encodable {
        var value: Double
        var standardError: Double

        init(_ estimate: Estimate) {
            value = estimate.value
            standardError = estimate.standardError
        }

        var text: String { String(format: "%.3f ± %.3f", value, standardError) }
    }
    struct Offer: Encodable {
        var name: String
        var rows: Int
        var profit: Amount
        var cost: Amount
        var slope: Double
        var fifths: [Amount]
    }
    struct Point: Encodable {
        var budget: Double
        var spent: Double
        var learned: Amount
        var uniform: Amount
        var uniformOffer: String
        var random: Amount
    }

    var bundle: String
    var findings: [String]
    var rows: Int
    var users: Int
    var features: Int
    var offers: [Offer]
    var curve: [Point]
    var gain: Amount
    var gainOverRandom: Amount
    /// "personal" or "uniform".
    var policy: String
    var seconds: Double

    init(_ report: OfferLearner.Report, isPersonal: Bool, path: String, seconds: Double) {
        bundle = path
        findings = report.findings.sentences
        rows = report.rows
        users = report.users
        features = report.features
        offers = report.offers.map {
            Offer(
                name: $0.name, rows: $0.rows, profit: Amount($0.gain), cost: Amount($0.cost), slope: $0.slope,
                fifths: $0.fifths.map(Amount.init))
        }
        let names = report.offers.map(\.name)
        curve = report.curve.points.map {
            Point(
                budget: $0.budget, spent: $0.spent, learned: Amount($0.learned), uniform: Amount($0.uniform),
                uniformOffer: $0.uniformOffer.map { names[$0] } ?? "none", random: Amount($0.random))
        }
        gain = Amount(report.curve.gain)
        gainOverRandom = Amount(report.curve.gainOverRandom)
        policy = isPersonal ? "personal" : "uniform"
        self.seconds = seconds
    }

    var text: String {
        var effects = Table(["offer", "rows", "profit after cost", "cost", "believed", "most promising fifth", "least"])
        for offer in offers {
            effects.add([
                offer.name, "\(offer.rows)", offer.profit.text, offer.cost.text,
                String(format: "%.0f %%", 100 * offer.slope), offer.fifths.first?.text ?? "",
                offer.fifths.last?.text ?? "",
            ])
        }
        var budgets = Table(["budget", "learned", "costs", "best offer for all", "", "random"])
        for point in curve {
            budgets.add([
                String(format: "%.3f", point.budget), point.learned.text, String(format: "%.3f", point.spent),
                point.uniform.text, point.uniformOffer, point.random.text,
            ])
        }
        let verdict =
            policy == "personal"
            ? "offers are chosen for each user"
            : "choosing for each user cannot be shown to earn more: nobody is told from anybody"
        return """
            \((findings.map { "  " + $0 } + [effects.text, budgets.text]).joined(separator: "\n"))
              all per user, ± one standard error, of users whom the model had not seen; making nobody an offer brings 0
              learned on \(rows) rows of \(users) users with \(features) features; over all budgets, choosing brings \
            \(gain.text) more than the best offer for all, \(gainOverRandom.text) more than random offers
              \(verdict)
              written to \(bundle) in \(String(format: "%.1f", seconds)) s
            """
    }
}
