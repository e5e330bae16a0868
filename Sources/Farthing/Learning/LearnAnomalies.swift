import ArgumentParser
import Domain
import Foundation
import Learning
import Market
import Operations

struct LearnAnomalies: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomalies",
        abstract: "Find what cannot be true in sales and competitors' prices.",
        discussion: """
            Judges a CSV item,time and units, competitor_price or both, row by row in the order of the file, as it would
            have arrived. Every alarm says why, how far off, and until when the item's prices should not move:

              farthing learn anomalies --input observations.csv --out alarms.csv
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV, plain or gzip. A column lift says how many times the usual demand is expected.")
    var input: String

    @Option(help: "Where to write the alarms.")
    var out: String?

    @Option(help: "Periods of a season of demand, 1 for none.")
    var season = 1

    @Option(help: "Periods for which prices stay frozen after an alarm.")
    var freeze = 2

    func validate() throws { try FilePaths.check(reads: [input], writes: [out]) }

    func run() throws {
        for (name, value) in [("--season", season), ("--freeze", freeze)] {
            guard (1...366).contains(value) else {
                throw LearningError(place: name, value: "\(value)", remedy: "Give a whole number from 1 to 366.")
            }
        }
        let file = try AnomalyFile(path: input)
        var demand = DemandWatch.Settings()
        demand.season = season
        demand.period = file.period
        var prices = CompetitorPriceWatch.Settings()
        demand.freeze = file.period.multipliedReportingOverflow(by: Int64(freeze)).partialValue
        prices.freeze = demand.freeze
        var detectors: [String: AnomalyDetector] = [:]
        var report = AnomalyReport(file, out: out)
        for row in file.rows {
            // Taken out and put back, so that its arrays are not copied.
            var detector =
                detectors.removeValue(forKey: row.item) ?? AnomalyDetector(demand: demand, competitorPrice: prices)
            let seen = detector.observe(row.observation)
            detectors[row.item] = detector
            report.add(row, "demand", row.observation.units, seen.demand, file.style)
            report.add(row, "competitor price", row.observation.competitorPrice, seen.competitorPrice, file.style)
        }
        report.items = detectors.count
        if let out { try report.write(to: out) }
        try output.report(report) { report.text }
    }
}

/// The outcome of `farthing learn anomalies`.
struct AnomalyReport: Encodable {
    struct Alarm: Encodable {
        var item: String
        var time: String
        /// "demand" or "competitor price".
        var series: String
        var value: Double
        var expected: Double?
        var reason: AnomalyReason
        var magnitude: Double
        var frozenUntil: String?
    }
    var observations = 0
    var items = 0
    /// Observations that came late and were ignored.
    var late = 0
    var alarms: [Alarm] = []
    var out: String?

    init(_ file: AnomalyFile, out: String?) { self.out = out }

    mutating func add(
        _ row: AnomalyFile.Row, _ series: String, _ value: Double?, _ verdict: AnomalyVerdict?, _ style: TimeStyle
    ) {
        guard let value, let verdict else { return }
        observations += 1
        guard let reason = verdict.reason else { return }
        guard verdict.isAlarm else {
            late += 1
            return
        }
        alarms.append(
            Alarm(
                item: row.item, time: style.text(row.observation.time), series: series, value: value,
                expected: verdict.expected, reason: reason, magnitude: verdict.magnitude,
                frozenUntil: verdict.frozenUntil.map(style.text)))
    }

    func write(to path: String) throws {
        var file = try DraftFile(path)
        try file.write("item,time,series,value,expected,reason,magnitude,frozen_until\n")
        for alarm in alarms {
            let fields = [
                CSVField.quoted(alarm.item), alarm.time, alarm.series, String(format: "%.6g", alarm.value),
                alarm.expected.map { String(format: "%.6g", $0) } ?? "", alarm.reason.rawValue,
                String(format: "%.4g", alarm.magnitude), alarm.frozenUntil ?? "",
            ]
            try file.write(fields.joined(separator: ",") + "\n")
        }
        try file.finish()
    }

    var text: String {
        var table = Table(["item", "time", "series", "value", "expected", "reason", "magnitude", "frozen until"])
        for alarm in alarms.prefix(Self.shown) {
            table.add([
                alarm.item, alarm.time, alarm.series, String(format: "%.6g", alarm.value),
                alarm.expected.map { String(format: "%.4g", $0) } ?? "", alarm.reason.rawValue,
                String(format: "%.3g", alarm.magnitude), alarm.frozenUntil ?? "",
            ])
        }
        var lines = alarms.isEmpty ? [] : [table.text]
        if alarms.count > Self.shown { lines.append("  and \(alarms.count - Self.shown) more") }
        lines.append(
            "  \(alarms.count) alarms in \(observations) observations of \(items) items; \(late) came late and were "
                + "ignored" + (out.map { "; written to \($0)" } ?? ""))
        return lines.joined(separator: "\n")
    }

    private static let shown = 40
}
