import ArgumentParser
import Domain
import Foundation
import Learning
import Operations

struct LearnCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Hold the field's usual models and Farthing's to the same exposures.",
        discussion: """
            Linear probability, logistic regression, ridge, one tree, random forest, gradient boosting that must fall in
            the price, a neural network, and Farthing's response model: each prices one half of the users after it has
            learned from the other half, at the levels that were shown. What these prices would have earned is a doubly
            robust estimate, with intervals that hold the truth in 19 cases of 20. Needs Python: docs/engines.md.
            """)

    @OptionGroup var output: OutputOption

    @OptionGroup var python: PythonOption

    @Option(help: "A CSV of exposures, plain or gzip.")
    var exposures: String

    @Option(help: "A YAML that says which columns are numeric and which categorical, for example “age: numeric”.")
    var types: String?

    @Option(help: "Where to write the comparison as a CSV.")
    var out: String?

    @Option(help: "A CSV of questions that every model shall price, after learning from all exposures.")
    var questions: String?

    @Option(help: "The folder for these prices, a CSV for each model.")
    var pricesOut: String?

    @Option(help: "Currency, for rounding.")
    var currency = "USD"

    func validate() throws {
        guard (questions == nil) == (pricesOut == nil) else {
            throw ValidationError("--questions and --prices-out go together.")
        }
    }

    func run() throws {
        let money = try Currency.named(currency)
        let bar = FitProgress("fitting ", count: 1)
        let table = try ExposureTable(path: exposures, for: .outcomes, kinds: try ColumnTypes.read(types))
        let comparison = try ModelComparison(
            table, engine: try PythonEngine(python: python.python), questions: questions
        ) { bar.update(0, $0) }
        if let questions, let pricesOut {
            for (model, prices) in comparison.prices {
                let rows = prices.map {
                    [Money(rounding: $0, within: 0...(.greatestFiniteMagnitude), in: money).formatted(in: money)]
                }
                let name = model.lowercased().replacing(" ", with: "-")
                try CSVAppending(["price_optimal"], to: questions).write(rows, to: "\(pricesOut)/\(name).csv")
            }
        }
        let report = ComparisonReport(comparison)
        if let out {
            var draft = try DraftFile(out)
            try draft.write(report.csv)
            try draft.finish()
        }
        bar.finish(out.map { "written to \($0)" } ?? "done")
        try output.report(report) { report.text }
    }
}

/// Where other people's learners run.
struct PythonOption: ParsableArguments {
    @Option(help: "A Python with the package of clients/python and its extra “learning”.")
    var python = ".venv/bin/python"
}

/// The outcome of `farthing learn compare`. Money is per exposure.
struct ComparisonReport: Encodable {
    struct Model: Encodable {
        var model: String
        var logLoss: Double
        var auc: Double
        var profit: EvaluationReport.Line
        /// To Farthing's.
        var difference: EvaluationReport.Line
        /// Over the best single price.
        var gain: EvaluationReport.Line
        var fitSeconds: Double
    }
    var rows: Int
    var users: Int
    var findings: [String]
    var propensities: PropensitySource
    var singleProfit: EvaluationReport.Line
    var models: [Model]

    init(_ comparison: ModelComparison) {
        rows = comparison.rows
        users = comparison.users
        findings =
            comparison.findings.sentences
            + PropensitySentences.findings(comparison.propensities, comparison.unused)
        propensities = comparison.propensities
        singleProfit = EvaluationReport.Line(comparison.single)
        models = comparison.lines.map {
            Model(
                model: $0.model, logLoss: $0.logLoss, auc: $0.auc, profit: EvaluationReport.Line($0.profit),
                difference: EvaluationReport.Line($0.difference), gain: EvaluationReport.Line($0.gain),
                fitSeconds: $0.fitSeconds)
        }
    }

    var text: String {
        var table = Table([
            "model", "log-loss", "AUC", "profit", "over the best single price", "against Farthing's", "fit, s",
        ])
        for model in models {
            table.add([
                model.model, String(format: "%.5f", model.logLoss), String(format: "%.4f", model.auc),
                String(format: "%.4f", model.profit.value), Self.interval(model.gain),
                model.model == models[0].model ? "" : Self.interval(model.difference),
                String(format: "%.1f", model.fitSeconds),
            ])
        }
        return """
            \((findings.map { "  " + $0 } + [table.text]).joined(separator: "\n"))
              profit per exposure by a doubly robust estimate on \(rows) exposures of \(users) users, each priced by \
            models of the other half; 95 % intervals; the best single price: \
            \(String(format: "%.4f", singleProfit.value)); propensities: \(propensities.rawValue)
            """
    }

    private static func interval(_ line: EvaluationReport.Line) -> String {
        String(format: "%+.4f (%+.4f to %+.4f)", line.value, line.low, line.high)
    }

    var csv: String {
        let names = [
            "model", "log_loss", "auc", "profit", "profit_low", "profit_high", "difference", "difference_low",
            "difference_high", "gain", "gain_low", "gain_high", "fit_seconds",
        ]
        let rows = models.map { model in
            let money = [model.profit, model.difference, model.gain].flatMap { [$0.value, $0.low, $0.high] }
            return ([model.logLoss, model.auc] + money + [model.fitSeconds])
                .reduce(into: CSVField.quoted(model.model)) { $0 += String(format: ",%.6f", $1) }
        }
        return ([names.joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
    }
}
