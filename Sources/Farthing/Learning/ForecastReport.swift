import Foundation
import Learning
import Market

/// The outcome of `farthing learn forecast`.
struct ForecastReport: Encodable {
    struct Baseline: Encodable {
        var name: String
        var mase: Double
        /// Items on which the chosen method errs less.
        var beaten: Int
    }
    /// Error of the chosen methods over items: mean, tenth, middle and ninth tenth.
    struct Spread: Encodable {
        var mean, low, median, high: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            func place(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
            mean = values.reduce(0, +) / Double(values.count)
            (low, median, high) = (place(0.1), place(0.5), place(0.9))
        }
    }
    var findings: [String]
    var items: Int
    var judged: Int
    var horizon: Int
    var season: Int
    var chosen: Spread?
    var baselines: [Baseline] = []
    var coverage: Double?
    var methods: [String: Int]
    var referencePriceError: Double?
    var referencePriceErrorOfStaying: Double?
    var referencePriceCoverage: Double?
    var out: String?

    init(_ study: ForecastStudy, _ sales: [ItemSales], findings: [String], out: String?) {
        var findings = findings
        let gaps = sales.count { $0.units.contains { $0 == nil } }
        if gaps > 0 { findings.append("\(gaps) items have periods without a row: taken as unknown, not as zero") }
        let late = sales.count { $0.periodsBeforeLaunch > 0 }
        if late > 0 {
            findings.append("\(late) items sold nothing at first: taken as not yet on sale, periods before left out")
        }
        if !study.tooShort.isEmpty {
            findings.append(
                "not forecast, fewer than \(study.settings.fewest) known periods on sale: "
                    + study.tooShort.prefix(5).joined(separator: ", ") + (study.tooShort.count > 5 ? ", …" : ""))
        }
        self.findings = findings
        items = study.items.count
        horizon = study.settings.horizon
        season = study.settings.season
        methods = Dictionary(study.items.map { ($0.method.rawValue, 1) }, uniquingKeysWith: +)
        self.out = out
        if let score = ReferencePriceScore(sales, horizon: study.settings.horizon) {
            referencePriceError = score.error
            referencePriceErrorOfStaying = score.errorOfStaying
            referencePriceCoverage = score.coverage
        }
        let scores = study.items.compactMap(\.score)
        judged = scores.count
        guard !scores.isEmpty else { return }
        chosen = Spread(scores.map(\.chosen))
        coverage = scores.map(\.coverage).reduce(0, +) / Double(scores.count)
        func add(_ name: String, _ error: (ForecastStudy.Score) -> Double?) {
            let pairs = scores.compactMap { score in error(score).map { (score.chosen, $0) } }
            guard pairs.count == scores.count else { return }
            baselines.append(
                Baseline(
                    name: name, mase: pairs.reduce(0) { $0 + $1.1 } / Double(pairs.count),
                    beaten: pairs.count { $0.0 < $0.1 }))
        }
        add("last value", \.naive)
        add("seasonal naive, \(season) periods", \.seasonalNaive)
        add("straight average", \.average)
    }

    var text: String {
        var lines = findings.map { "  " + $0 }
        if let chosen, let coverage {
            var table = Table(["forecast", "MASE", "items it is beaten on"])
            table.add(["chosen by item", String(format: "%.4f", chosen.mean), ""])
            for baseline in baselines {
                table.add([baseline.name, String(format: "%.4f", baseline.mase), "\(baseline.beaten) of \(judged)"])
            }
            lines.append(table.text)
            lines.append(
                String(
                    format: "  over items: 10 %% below %.3f, median %.3f, 10 %% above %.3f", chosen.low, chosen.median,
                    chosen.high))
            lines.append(
                String(
                    format: "  %.1f %% of held-out values lie within their interval (90 %% meant), their prices known",
                    100 * coverage))
        } else {
            lines.append("  too short, or too constant, to hold anything out: the forecasts are not judged")
        }
        let used = methods.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        lines.append("  methods now: \(used.joined(separator: "; "))")
        if let referencePriceError, let referencePriceErrorOfStaying, let referencePriceCoverage {
            lines.append(
                String(
                    format: "  reference price, nothing planned: error %.2f %%, if it stayed %.2f %%; %.1f %% within "
                        + "their interval", 100 * referencePriceError, 100 * referencePriceErrorOfStaying,
                    100 * referencePriceCoverage))
        }
        lines.append("  \(items) items, \(horizon) periods ahead" + (out.map { ", written to \($0)" } ?? ""))
        return lines.joined(separator: "\n")
    }
}
