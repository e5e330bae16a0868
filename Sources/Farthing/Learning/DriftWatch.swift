import ArgumentParser
import Configuration
import Dispatch
import Domain
import Experiments
import Foundation
import Learning
import Operations

/// What `farthing learn drift --watch` compares, and how often.
struct DriftWatchOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "With --watch: minutes between two rounds.")
    var every = 60.0

    @Option(help: "With --watch: hours that the newest window lasts.")
    var window = 24.0

    @Option(help: "With --watch: hours before it that are its reference.")
    var referenceWindow = 672.0

    @Option(help: "With --watch: a UTC time. The reference begins there and stays, instead of following the window.")
    var from: String?

    @Option(
        help: "With --watch: a UTC time. The reference ends there and stays, for example when the model was learned.")
    var until: String?

    @Option(help: "With --watch: the tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    func validate() throws {
        guard 0.01...44_640 ~= every else { throw ValidationError("--every takes 0.01 to 44640 minutes.") }
        guard 0.001...8_784 ~= window, 0.001...87_840 ~= referenceWindow else {
            throw ValidationError("--window takes 0.001 to 8784 hours, --reference-window 0.001 to 87840.")
        }
        if let period = try fixedReference(), period.isEmpty { throw ValidationError("--from comes before --until.") }
    }

    private func fixedReference() throws -> Range<Timestamp>? {
        guard from != nil || until != nil else { return nil }
        guard let until else { throw ValidationError("--from goes with --until.") }
        func time(_ text: String, _ option: String) throws -> Timestamp {
            guard let time = CSVReader.timestamp(text) else {
                throw ValidationError("\(option) takes a UTC time such as 2026-11-01T00:00:00.")
            }
            return time
        }
        let end = try time(until, "--until")
        let begin = try from.map { try time($0, "--from") } ?? Timestamp(milliseconds: 0)
        return min(begin, end)..<end
    }

    /// Reads the whole log: beside a running cluster, or one that stands still.
    func round(_ limits: DriftLimits) throws -> DriftRound {
        let loaded = try configuration.load()
        let horizon = loaded.pricing.outcomeWithin.components.seconds * 1_000
        var collected = LoggedExposures(
            tenant: tenant ?? loaded.shop.tenant, horizonMilliseconds: horizon, calendar: try loaded.calendar())
        try loaded.forEachRecord { collected.add($0) }
        var windows = LoggedDrift.Windows(
            newestMilliseconds: Int64(window * 3_600_000), referenceMilliseconds: Int64(referenceWindow * 3_600_000))
        windows.fixedReference = try fixedReference()
        return DriftRound(try LoggedDrift(collected, windows), limits, at: Clock.timestamp())
    }

    /// Never returns. A round that takes longer than the interval makes the next one come at once, and no more of them.
    func watch(_ limits: DriftLimits, _ output: OutputOption) -> Never {
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler {
            do {
                let round = try round(limits)
                try output.reportAtOnce(round) { round.text }
            } catch {
                StandardStream.error.write("this round found out nothing: \(error)\n")
            }
        }
        timer.schedule(deadline: .now(), repeating: every * 60)
        timer.resume()
        dispatchMain()
    }
}

/// What one round has seen.
struct DriftRound: Encodable {
    enum State: String, Encodable {
        case stable, drifted
        /// Too few settled exposures in one of the windows.
        case waiting
    }
    struct Window: Encodable {
        var rows: Int
        var users: Int
        var first: String?
        var last: String?

        init(_ rows: LoggedDrift.Rows) {
            self.rows = rows.count
            users = rows.users
            first = rows.first.map(DriftRound.text)
            last = rows.last.map(DriftRound.text)
        }
    }
    /// Something to act upon.
    struct Alarm: Encodable {
        var column: String
        var value: Double
        var threshold: Double
        var what: String
        var remedy: String
    }
    var at: String
    var state: State
    var newest: Window
    var reference: Window
    var alarms: [Alarm]
    /// nil while waiting.
    var comparison: DriftSummary?

    init(_ drift: LoggedDrift, _ limits: DriftLimits, at time: Timestamp) {
        at = Self.text(time)
        (newest, reference) = (Window(drift.newest), Window(drift.reference))
        comparison = drift.monitors.map { DriftSummary($0, limits) }
        alarms = comparison.map { Self.alarms($0, limits) } ?? []
        state = comparison == nil ? .waiting : alarms.isEmpty ? .stable : .drifted
    }

    private static func alarms(_ comparison: DriftSummary, _ limits: DriftLimits) -> [Alarm] {
        var alarms = comparison.features.filter(\.drifted).map { feature in
            Alarm(
                column: feature.name, value: feature.stabilityIndex,
                threshold: max(feature.noiseLimit, limits.leastIndex),
                what: "stability index; \(feature.largestMove) went from "
                    + String(format: "%.1f %% to %.1f %% of the rows", 100 * feature.before, 100 * feature.now),
                remedy: remedy(feature.name))
        }
        if comparison.calibrationDrifted { alarms.append(calibration(comparison, limits)) }
        return alarms
    }

    private static func calibration(_ comparison: DriftSummary, _ limits: DriftLimits) -> Alarm {
        guard let line = comparison.calibration else {
            let (error, byChance) = (
                comparison.expectedCalibrationError ?? 0, comparison.expectedCalibrationErrorByChance ?? 0
            )
            return Alarm(
                column: "calibration", value: error - byChance, threshold: limits.leastCalibrationError,
                what: String(format: "shares bought are %.3f off those promised, %.3f by chance", error, byChance),
                remedy: "Promises are not kept. Where hardly anybody bought, check that baskets arrive (farthing "
                    + "status); then learn again (farthing learn log).")
        }
        let moves = [
            ("intercept", line.intercept, line.referenceIntercept ?? 0),
            ("slope", line.slope, line.referenceSlope ?? 1),
        ]
        let most = moves.max { abs($0.1 - $0.2) < abs($1.1 - $1.2) } ?? moves[0]
        return Alarm(
            column: "calibration", value: abs(most.1 - most.2), threshold: limits.leastCalibration,
            what: "\(most.0) of true on promised log-odds went from " + String(format: "%.3f to %.3f", most.2, most.1),
            remedy: "Promises are not kept: learn again (farthing learn log), or go back to the model before "
                + "(farthing models rollback).")
    }

    private static func remedy(_ column: String) -> String {
        switch column {
        case "item": "Other products are asked for: look for changes of the catalogue or of traffic, then learn again."
        case "reference_price", "unit_cost":
            "Look for a wrong or new price list (farthing learn anomalies); then learn again."
        case "price / reference_price":
            "Look for a change of model, rules or experiments; go back with farthing models rollback."
        case "arm": "Shares of the experiment have moved: check experiments in cluster.yaml."
        case "bought":
            "Shoppers buy otherwise at the same prices, or baskets are missing: check their import; then learn again."
        default: "Learn again (farthing learn log) and compare."
        }
    }

    var text: String {
        let windows =
            "\(newest.rows) rows to \(newest.last ?? "–") against \(reference.rows) to \(reference.last ?? "–")"
        guard let comparison else {
            let fewest = LoggedDrift.fewest
            return "\(at) waiting: \(windows); each window needs \(fewest.rows) settled rows of \(fewest.users) users"
        }
        let largest = comparison.features.first.map {
            String(format: "; largest index %.4f, by chance below %.4f, ", $0.stabilityIndex, $0.noiseLimit) + $0.name
        }
        let line = comparison.calibration.map {
            String(format: "; calibration intercept %.3f, slope %.3f", $0.intercept, $0.slope)
        }
        let first = "\(at) \(state.rawValue): \(windows)\(largest ?? "")\(line ?? "")"
        return
            ([first]
            + alarms.map {
                "  ALARM \($0.column): " + String(format: "%.4f, allowed %.4f; ", $0.value, $0.threshold)
                    + "\($0.what). \($0.remedy)"
            }).joined(separator: "\n")
    }

    private static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds / 1_000))
            .formatted(Date.ISO8601FormatStyle().year().month().day().time(includingFractionalSeconds: false))
    }
}
