import ArgumentParser
import Domain
import Foundation
import Learning
import Operations
import Pricing

struct LearnEvaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Say what prices would have earned on a log of other prices.",
        discussion: """
            The prices are a bundle's (--bundle), or a file's (--prices: user,item,time,price_optimal, a row for each of
            the log's). Four estimates with intervals that hold the truth in 19 cases of 20: importance sampling, the
            same self-normalised, direct (a model's word), and doubly robust, the one to trust. Where the log hardly ever showed such prices there is no estimate, the reasons are said,
            and the status is 1.

            Judge a bundle by rows that it has not learned from. Its prices lie between those that were tested; where
            these are far apart, --at-levels judges the tested price nearest to each.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "The log: a CSV of exposures, plain or gzip, with propensities if it has them.")
    var exposures: String

    @Option(help: "What `farthing learn fit` wrote.")
    var bundle: String?

    @Option(help: "A CSV with the prices to judge.")
    var prices: String?

    @Option(help: "Where in that file the prices are: price_optimal unless given.")
    var column: String?

    @Option(help: "What a row is worth: its profit, its revenue, or whether it was bought.")
    var objective: PricingObjective = .profit

    @Option(help: "Currency: a bundle's prices are judged as shoppers would be asked for them. USD unless given.")
    var currency: String?

    @Flag(help: "Judge the price that was shown nearest to each one asked.")
    var atLevels = false

    @Option(help: "A YAML that says which columns are numeric and which categorical.")
    var types: String?

    func validate() throws {
        guard (bundle == nil) != (prices == nil) else {
            throw ValidationError("Give --bundle or --prices.")
        }
        guard bundle == nil || types == nil && column == nil else {
            throw ValidationError("A bundle knows its columns: leave --types and --column out.")
        }
        guard prices == nil || currency == nil else {
            throw ValidationError("The prices of a file are judged as they stand: leave --currency out.")
        }
    }

    func run() throws {
        let report = try orStatus2 {
            let (table, asked) = try prices.map(judgingFile) ?? judgingBundle()
            return EvaluationReport(
                try OffPolicyEvaluation(of: asked, on: table, objective: objective, atLevels: atLevels),
                mayKeepToLevels: !atLevels)
        }
        try output.report(report) { report.text }
        if report.estimates == nil { throw ExitCode(1) }
    }

    private func judgingFile(_ path: String) throws -> (ExposureTable, [Double]) {
        let table = try ExposureTable(path: exposures, for: .outcomes, kinds: try ColumnTypes.read(types)).distinct
        return (table, try AskedPrices(path: path, column: column ?? "price_optimal").prices(of: table))
    }

    private func judgingBundle() throws -> (ExposureTable, [Double]) {
        let model = try BundleFile.exposures(bundle ?? "")
        let table = try ExposureTable(path: exposures, for: .outcomes, kinds: model.preparation.kinds).distinct
        let terms = PricingTerms(objective: objective, ratios: model.testedRatios)
        let money = try Currency.named(currency ?? "USD")
        let prices = zip(model.price(table, terms), table.referencePrices).map { priced, reference in
            money.major(terms.rounded(priced.price, reference: reference, in: money).real)
        }
        return (table, prices)
    }
}

/// The outcome of `farthing learn evaluate`.
struct EvaluationReport: Encodable {
    struct Line: Encodable {
        var value: Double
        var standardError: Double
        var low: Double
        var high: Double

        init(_ estimate: IntervalEstimate) {
            value = estimate.value
            standardError = estimate.standardError
            low = estimate.interval.lowerBound
            high = estimate.interval.upperBound
        }
    }
    struct Estimates: Encodable {
        var importanceSampling: Line
        var selfNormalised: Line
        var direct: Line
        var doublyRobust: Line
        var gain: Line
    }
    var rows: Int
    var users: Int
    var propensities: PropensitySource
    /// Why the file's were not used; nil where they were, or there are none.
    var unusedPropensities: String?
    var effectiveSampleSize: Double
    var meanWeight: Double
    var objections: [String]
    var logged: Line
    var estimates: Estimates?

    /// - Parameter mayKeepToLevels: whether to say how prices between those shown can be judged.
    init(_ evaluation: OffPolicyEvaluation, mayKeepToLevels: Bool) {
        rows = evaluation.rows
        users = evaluation.users
        propensities = evaluation.propensities
        unusedPropensities = evaluation.unused.map(PropensitySentences.unused)
        effectiveSampleSize = evaluation.overlap.effectiveSampleSize
        meanWeight = evaluation.overlap.meanWeight.value
        objections = evaluation.overlap.objections
        if mayKeepToLevels, evaluation.overlap.unsupportedShare > 0, !objections.isEmpty {
            objections.append("prices between those shown can be judged as the nearest one shown: --at-levels")
        }
        logged = Line(evaluation.logged)
        estimates = evaluation.estimates.map {
            Estimates(
                importanceSampling: Line($0.importance), selfNormalised: Line($0.selfNormalised),
                direct: Line($0.direct), doublyRobust: Line($0.doublyRobust), gain: Line($0.gain))
        }
    }

    var text: String {
        let doubt = unusedPropensities.map { "\n  \($0)" } ?? ""
        let head = """
              \(rows) exposures of \(users) users; \(PropensitySentences.source(propensities))\(doubt)
              worth \(Int(effectiveSampleSize)) rows of the policy (mean weight \(String(format: "%.3f", meanWeight)))
            """
        guard let estimates else {
            return head + "\n  no estimate, because the log cannot answer for these prices:\n"
                + objections.map { "    \($0)" }.joined(separator: "\n")
        }
        var table = Table(["per exposure", "value", "standard error", "95 % from", "to"])
        for (name, line) in [
            ("the log itself", logged), ("importance sampling", estimates.importanceSampling),
            ("self-normalised", estimates.selfNormalised), ("direct", estimates.direct),
            ("doubly robust", estimates.doublyRobust), ("its gain on the log", estimates.gain),
        ] {
            table.add(
                [name] + [line.value, line.standardError, line.low, line.high].map { String(format: "%.4f", $0) })
        }
        return head + "\n" + table.text
    }
}
