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
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "The rows that the model was learned from: a CSV, plain or gzip.")
    var reference: String

    @Option(help: "The rows to judge.")
    var input: String

    @Option(help: "A YAML that says which columns are numeric and which categorical.")
    var types: String?

    @Option(help: "The chance of a false alarm, over everything that is watched.")
    var chance = 0.01

    @Option(help: "A population stability index below this is no drift that matters.")
    var leastIndex = 0.005

    func validate() throws {
        guard chance > 0, chance < 1 else { throw ValidationError("Give --chance a number between 0 and 1.") }
        guard leastIndex >= 0, leastIndex.isFinite else {
            throw ValidationError("Give --least-index a number of at least 0.")
        }
    }

    func run() throws {
        let report = try orStatus2 {
            let files = try DriftFiles(reference: reference, input: input, kinds: try ColumnTypes.read(types))
            var limits = DriftLimits()
            limits.chance = chance
            limits.leastIndex = leastIndex
            return DriftSummary(files, limits)
        }
        try output.report(report) { report.text }
        if report.drifted { throw ExitCode(1) }
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
    var calibration: Calibration?
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
                    + (sequentialPValue.map { String(format: "; kept at any look: p = %.3g", $0) } ?? ""))
        }
        lines.append(drifted ? "  drifted" : "  no drift")
        return lines.joined(separator: "\n")
    }
}
