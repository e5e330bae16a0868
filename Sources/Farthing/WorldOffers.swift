import ArgumentParser
import Domain
import Foundation
import Promotions
import World

struct WorldOffers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offers",
        abstract: "Spend a promotion budget on shoppers whose answers to offers are known.",
        discussion: """
            Four ways to spend it meet the same shoppers in the same order: the budgeted bandit, which has to learn what \
            the offers bring whom; the plan of an oracle that knows it, and everybody who will come; the same offer to \
            everybody, the best one in hindsight; offers drawn at random. Says what each has gained over making no \
            offers, and what it lost against the plan.

              farthing world offers --budget 30000 --decisions 50000
              farthing world offers --budget 30000 --least-propensity 0.02 --log offers.csv
              farthing learn offers fit --exposures offers.csv --out offers.bundle
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "What the offers may cost together, in the currency.")
    var budget: Double

    @Option(help: "Shoppers who come.")
    var decisions = 50_000

    @Option(help: "Of the shoppers, and what offers do to them.")
    var seed: UInt64 = 1

    @Option(help: "Segments of shoppers that answer differently.")
    var segments = 4

    @Option(help: "Offers, of 1.00 and upwards.")
    var offers = 4

    @Option(help: "Shoppers who come before the outcome of an offer is known.")
    var delay = 0

    @Option(help: "Chance that the bandit leaves every offer that fits: more of it makes its log worth more.")
    var leastPropensity = 0.0005

    @Option(help: "Where to write the course, as CSV.")
    var out: String?

    @Option(help: "Where to write the bandit's decisions, as `farthing learn offers fit` reads them.")
    var log: String?

    func validate() throws {
        guard budget >= 0, budget <= 1e12 else { throw ValidationError("--budget takes an amount from 0 to 1e12.") }
        guard 100...2_000_000 ~= decisions, 0...decisions ~= delay else {
            throw ValidationError("--decisions takes 100 to 2000000, --delay 0 to --decisions.")
        }
        guard 1...OfferCampaign.mostSegments ~= segments, 1...OfferCampaign.mostOffers ~= offers else {
            throw ValidationError(
                "--segments takes 1 to \(OfferCampaign.mostSegments), --offers 1 to \(OfferCampaign.mostOffers).")
        }
        guard 0...0.1 ~= leastPropensity else { throw ValidationError("--least-propensity takes 0 to 0.1.") }
    }

    func run() throws {
        let money = Money(minorUnits: Int64((budget * 100).rounded(.down)))
        var settings = OfferCourse.Settings(decisions: decisions, budget: money)
        settings.delay = delay
        settings.leastPropensity = leastPropensity
        var course = OfferCourse(OfferCampaign(seed: seed, segments: segments, offers: offers), settings)
        var lines: [String] = []
        try course.run { if log != nil { lines.append(line($0)) } }
        if let log {
            var file = try DraftFile(log)
            try file.write("user,time,offer,propensity,cost,profit,segment\n")
            for line in lines { try file.write(line) }
            try file.finish()
        }
        let report = OfferCourseReport(course)
        if let out {
            var file = try DraftFile(out)
            try file.write(report.csv)
            try file.finish()
        }
        try output.report(report) { report.text }
    }

    private func line(_ outcome: OfferCourse.Outcome) -> String {
        let decision = outcome.decision
        // A shopper a minute.
        let time = 1_767_225_600 + 60 * decision.number
        return "u\(decision.number),\(time),\(decision.offer.map { "offer\($0 + 1)" } ?? "none"),"
            + "\(decision.propensity),\(units(outcome.cost)),\(units(outcome.profit)),s\(decision.segment + 1)\n"
    }

    private func units(_ money: Money) -> String { String(format: "%.2f", money.real / 100) }
}

/// What `farthing world offers` says.
struct OfferCourseReport: Encodable {
    struct Standing: Encodable {
        var policy: String
        /// In the currency, over making no offers.
        var gain: Double
        /// Of the plan's gain; nil where that is nothing.
        var share: Double?
        var regret: Double
        var spent: Double
    }
    struct Stretch: Encodable {
        var decisions: Int
        var policies: [Standing]
    }
    var budget: Double
    var sameOffer: String
    var shadowPrice: Double
    var planShadowPrice: Double
    var stretches: [Stretch]

    init(_ course: OfferCourse) {
        budget = course.settings.budget.real / 100
        sameOffer = "offer\(course.sameOffer + 1)"
        shadowPrice = course.shadowPrices[.bandit] ?? 0
        planShadowPrice = course.shadowPrices[.plan] ?? 0
        stretches = course.stretches.map { stretch in
            Stretch(
                decisions: stretch.decisions,
                policies: OfferCourse.Policy.allCases.map { policy in
                    Standing(
                        policy: policy.rawValue, gain: (stretch.gains[policy] ?? 0) / 100,
                        share: stretch.share(policy), regret: stretch.regret(policy) / 100,
                        spent: (stretch.spent[policy]?.real ?? 0) / 100)
                })
        }
    }

    var csv: String {
        "decisions,policy,gain,share,regret,spent\n"
            + stretches.map { stretch in
                stretch.policies.map {
                    "\(stretch.decisions),\($0.policy),"
                        + String(format: "%.2f,", $0.gain) + ($0.share.map { String(format: "%.4f", $0) } ?? "")
                        + String(format: ",%.2f,%.2f\n", $0.regret, $0.spent)
                }.joined()
            }.joined()
    }

    var text: String {
        var course = Table(["decisions", "bandit gains", "of the plan's", "regret", "spent"])
        for stretch in stretches {
            guard let bandit = stretch.policies.first else { continue }
            course.add(["\(stretch.decisions)"] + Self.cells(bandit))
        }
        var end = Table(["at the end", "gains", "of the plan's", "regret", "spent"])
        let names = [
            "plan": "plan of an oracle", "same": "\(sameOffer) to everybody", "random": "random offers",
        ]
        for standing in stretches.last?.policies ?? [] {
            end.add([names[standing.policy] ?? standing.policy] + Self.cells(standing))
        }
        return course.text + "\n\n" + end.text
            + String(
                format: "\n  one more unit of budget: %.3f to the plan, %.3f as the bandit sees it", planShadowPrice,
                shadowPrice)
    }

    private static func cells(_ standing: Standing) -> [String] {
        [
            String(format: "%.2f", standing.gain), standing.share.map { String(format: "%.1f %%", 100 * $0) } ?? "–",
            String(format: "%.2f", standing.regret), String(format: "%.2f", standing.spent),
        ]
    }
}
