import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Market
import Operations

struct LearnForecast: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Forecast the demand of each item.",
        discussion: """
            Tries every method on each item's past, keeps the one that would have erred least, and says how far it errs
            on periods that had no part in choosing, beside the naive forecasts. A CSV item,time,units, optionally
            price,regular_price,display,mailer,holiday:

              farthing learn forecast --sales sales.csv --prices plan.csv --out forecast.csv

            Without --sales the sample data is forecast: fifty products, weeks 2 to 40.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV of sales, plain or gzip.")
    var sales: String?

    @Option(help: "A CSV of prices and promotions, those of future periods included.")
    var prices: String?

    @Option(help: "Where to write the forecasts. Nothing is written when the file cannot be used.")
    var out: String?

    @Option(help: "Periods ahead.")
    var horizon = 4

    @Option(
        help: "Periods of a season, 1 for none; 4 unless the file's periods are days (7), hours (24) or months (12).")
    var season: Int?

    @Flag(help: "A period without a row sold nothing; else it counts as unknown.")
    var missingIsZero = false

    @Flag(help: "Forecast as if prices and promotions were not known.")
    var ignorePrices = false

    @Option(help: "The folder of the sample data.")
    var data = "Data/complete-journey"

    func validate() throws { try FilePaths.check(reads: [sales, prices], writes: [out]) }

    func run() throws {
        try Self.check("--horizon", horizon, in: 1...52)
        if let season { try Self.check("--season", season, in: 1...366) }
        var items: [ItemSales]
        var findings: [String] = []
        var grid: TimeGrid?
        if let sales {
            let file = try SalesFile(path: sales, planned: prices, missingIsZero: missingIsZero)
            (items, findings, grid) = (file.items, file.findings, file.grid)
        } else {
            guard prices == nil else {
                throw LearningError(
                    place: "--prices", value: "no --sales", remedy: "Name the sales that the prices belong to.")
            }
            guard let calendar = ShopCalendar(timeZone: CompleteJourney.timeZone) else {
                throw Refusal(
                    .invalidConfiguration, place: "time zone", value: CompleteJourney.timeZone,
                    remedy: "Install the time zone database (apt-get install tzdata).")
            }
            items = try CompleteJourney(folder: data, calendar: calendar).sales(calendar: calendar)
        }
        if ignorePrices { for index in items.indices { items[index].settings = [] } }
        let settings = ForecastStudy.Settings(horizon: horizon, season: season ?? grid?.usualSeason ?? 4)
        let study = ForecastStudy(items, settings)
        guard !study.items.isEmpty else {
            throw LearningError(
                place: sales ?? data, value: "no item with \(settings.fewest) known periods",
                remedy: "Give a longer history.")
        }
        if let out { try ForecastRows(study, items, grid).write(to: out) }
        let report = ForecastReport(study, items, findings: findings, out: out)
        try output.report(report) { report.text }
    }

    private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw LearningError(
                place: name, value: "\(value)",
                remedy: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}

/// The forecasts as a CSV.
struct ForecastRows {
    private let study: ForecastStudy
    private let items: [String: ItemSales]
    private let grid: TimeGrid?

    init(_ study: ForecastStudy, _ items: [ItemSales], _ grid: TimeGrid?) {
        self.study = study
        self.items = Dictionary(items.map { ($0.item, $0) }, uniquingKeysWith: { first, _ in first })
        self.grid = grid
    }

    func write(to path: String) throws {
        var file = try DraftFile(path)
        try file.write(
            "item,time,units,low,high,method,mase,mase_naive,mase_seasonal_naive,mase_average,coverage,"
                + "reference_price,reference_price_low,reference_price_high\n")
        for item in study.items {
            guard let sales = items[item.item] else { continue }
            let errors = [item.score?.chosen, item.score?.naive, item.score?.seasonalNaive, item.score?.average]
            let tail =
                ([CSVField.quoted(item.method.rawValue)]
                + (errors + [item.score?.coverage]).map { $0.map { String(format: "%.4f", $0) } ?? "" })
                .joined(separator: ",")
            let references = ReferencePriceForecast.forecast(sales, horizon: study.settings.horizon)
            for (step, forecast) in item.forecasts.enumerated() {
                // The sample data counts its weeks from 1 and gives them from the second on.
                let period = sales.start + sales.units.count + step
                let time = grid?.text(period) ?? "\(period + 2)"
                let numbers = [forecast.units, forecast.low, forecast.high].map { String(format: "%.4f", $0) }
                let reference =
                    step < references.count
                    ? [references[step].price, references[step].low, references[step].high]
                        .map { String(format: "%.4f", $0) }.joined(separator: ",") : ",,"
                try file.write(
                    "\(CSVField.quoted(item.item)),\(time),\(numbers.joined(separator: ",")),\(tail),\(reference)\n")
            }
        }
        try file.finish()
    }
}
