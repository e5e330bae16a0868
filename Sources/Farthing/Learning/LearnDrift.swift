import ArgumentParser
import Domain
import Experiments
import Foundation
import Learning
import Operations

struct LearnDrift: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Say whether shoppers are still those that a model was learned from.",
        discussion: """
            Compares two CSVs of exposures: every feature, item, price and cost, and, with a column probability, the
            score and whether what was promised is what happened. The chance of a false alarm is 1 % over all of it.

              farthing learn drift --reference learned.csv --input this-week.csv

            The status is 1 when something has drifted.

            With --watch it does so again and again with the log of a cluster: the newest window of exposures against \
            those before, or against a reference that stays. A line a round, and a line for each alarm with what to do. \
            It only reads; the cluster may run, stand still or be restarted. The chance of a false alarm is then that of \
            a day. With --once too, one round: status 0 stable, 1 drifted, 2 nothing could be found out.

              farthing learn drift --watch --every 60 --window 24
              farthing learn drift --watch --until 2026-11-01T00:00:00 -o json
              farthing learn drift --watch --once
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "The rows that the model was learned from: a CSV, plain or gzip.")
    var reference: String?

    @Option(help: "The rows to judge.")
    var input: String?

    @Flag(help: "Watch the log of a cluster instead of comparing files.")
    var watch = false

    @Flag(help: "With --watch: one round.")
    var once = false

    @OptionGroup var log: DriftWatchOption

    @Option(help: "A YAML that says which columns are numeric and which categorical.")
    var types: String?

    @Option(help: "The chance of a false alarm, over everything that is watched.")
    var chance = 0.01

    @Option(help: "A population stability index below this is no drift that matters.")
    var leastIndex = 0.005

    func validate() throws {
        guard watch ? reference == nil && input == nil && types == nil : reference != nil && input != nil && !once
        else {
            throw ValidationError("Give --reference and --input, or --watch, with or without --once.")
        }
        guard chance > 0, chance < 1 else { throw ValidationError("Give --chance a number between 0 and 1.") }
        guard leastIndex >= 0, leastIndex.isFinite else {
            throw ValidationError("Give --least-index a number of at least 0.")
        }
    }

    func run() throws {
        var limits = DriftLimits()
        limits.chance = chance
        limits.leastIndex = leastIndex
        if watch { return try watch(limits) }
        let report = try orStatus2 {
            DriftSummary(
                try DriftFiles(reference: reference ?? "", input: input ?? "", kinds: try ColumnTypes.read(types)),
                limits)
        }
        try output.report(report) { report.text }
        if report.drifted { throw ExitCode(1) }
    }

    private func watch(_ limits: DriftLimits) throws {
        guard once else {
            var limits = limits
            // The alarms of a day share its chance.
            limits.chance *= min(1, log.every / 1_440)
            log.watch(limits, output)
        }
        let round = try orStatus2 { try log.round(limits) }
        try output.report(round) { round.text }
        switch round.state {
        case .stable: return
        case .drifted: throw ExitCode(1)
        case .waiting: throw ExitCode(2)
        }
    }
}

/// The outcome of `farthing learn drift`.
struct DriftSummary: Encodable {
    struct Feature: Encodable {
        var name: String
        var stabilityIndex: Double
        /// What chance alone keeps the index below.
        var noiseLimit: Double
        var pValue: Double
        var drifted: Bool
        var largestMove: String
        var before: Double
        var now: Double
    }
    struct Calibration: Encodable {
        var intercept: Double
        var interceptError: Double
        var slope: Double
        var slopeError: Double
        /// What the reference had; nil when it promised nothing.
        var referenceIntercept: Double?
        var referenceSlope: Double?
        var pValue: Double
        var drifted: Bool
    }
    var referenceRows: Int
    var rows: Int
    var drifted: Bool
    /// Of a false alarm by each thing watched.
    var chance: Double
    var features: [Feature]
    /// nil where no line can be drawn: too few purchases, or promises that are all alike.
    var calibration: Calibration?
    /// Calibration has drifted, with a line to show it or without one.
    var calibrationDrifted: Bool
    var expectedCalibrationError: Double?
    var expectedCalibrationErrorByChance: Double?
    var sequentialPValue: Double?

    init(_ files: DriftFiles, _ limits: DriftLimits) {
        let report = files.input.drift(since: files.reference, limits)
        referenceRows = files.reference.rows
        rows = files.input.rows
        drifted = report.hasDrifted
        chance = report.chance
        features = report.features.map {
            Feature(
                name: $0.name, stabilityIndex: $0.stabilityIndex, noiseLimit: $0.noiseLimit, pValue: $0.pValue,
                drifted: report.hasDrifted($0), largestMove: $0.largestMove.bin, before: $0.largestMove.before,
                now: $0.largestMove.now)
        }.sorted { ($1.stabilityIndex, $0.name) < ($0.stabilityIndex, $1.name) }
        calibration = report.line.map {
            Calibration(
                intercept: $0.intercept, interceptError: $0.interceptError, slope: $0.slope, slopeError: $0.slopeError,
                referenceIntercept: report.referenceLine?.intercept, referenceSlope: report.referenceLine?.slope,
                pValue: report.calibrationPValue ?? 1, drifted: report.calibrationHasDrifted)
        }
        calibrationDrifted = report.calibrationHasDrifted
        expectedCalibrationError = report.expectedError
        expectedCalibrationErrorByChance = report.expectedErrorByChance
        sequentialPValue = report.sequentialPValue
    }

    var text: String {
        var table = Table(["feature", "index", "by chance below", "p", "", "moved most", "before", "now"])
        for feature in features {
            table.add([
                feature.name, String(format: "%.4f", feature.stabilityIndex),
                String(format: "%.4f", feature.noiseLimit), String(format: "%.3g", feature.pValue),
                feature.drifted ? "drifted" : "", feature.largestMove, String(format: "%.1f %%", 100 * feature.before),
                String(format: "%.1f %%", 100 * feature.now),
            ])
        }
        var lines = ["  \(rows) rows against \(referenceRows) of the reference", table.text]
        if let calibration {
            let line = String(
                format: "intercept %.3f ± %.3f, slope %.3f ± %.3f", calibration.intercept,
                1.96 * calibration.interceptError, calibration.slope, 1.96 * calibration.slopeError)
            let before = calibration.referenceSlope.map {
                String(format: "; reference %.3f, slope %.3f", calibration.referenceIntercept ?? 0, $0)
            }
            lines.append(
                "  calibration: \(line)\(before ?? ""); p = \(String(format: "%.3g", calibration.pValue))"
                    + (calibration.drifted ? ", drifted" : ""))
        }
        if let expectedCalibrationError, let expectedCalibrationErrorByChance {
            lines.append(
                String(
                    format: "  expected calibration error %.4f, by chance %.4f", expectedCalibrationError,
                    expectedCalibrationErrorByChance)
                    + (sequentialPValue.map { String(format: "; kept at any look: p = %.3g", $0) } ?? "")
                    + (calibrationDrifted && calibration == nil ? ", broken" : ""))
        }
        lines.append(drifted ? "  drifted" : "  no drift")
        return lines.joined(separator: "\n")
    }
}
