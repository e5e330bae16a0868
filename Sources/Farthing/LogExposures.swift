import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Log
import Operations
import Pricing

struct LogExposures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposures",
        abstract: "Write the prices that were shown and what came of them, as a CSV.",
        discussion: """
            Reads the log beside a running cluster or one that stands still. The file has the public form of exposures:
            what works on files of exposures works on a cluster's own traffic.

              farthing log exposures --out shown.csv
              farthing log exposures --from 2026-11-01T00:00:00 --out this-month.csv
              farthing learn drift --reference last-month.csv --input this-month.csv
              farthing log exposures --arm model --out trial.csv
              farthing experiment analyse --input trial.csv
            """)

    enum Arm: String, ExpressibleByArgument, CaseIterable {
        /// Of the experiment.
        case experiment
        /// The model that priced it: who was in a trial, and who was not.
        case model
    }

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "Where to write.")
    var out: String

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    @Option(help: "What the column arm says: experiment or model.")
    var arm: Arm = .experiment

    @Option(help: "Hours after the end of a quote in which a purchase still counts.")
    var horizon = 24.0

    @Option(help: "A UTC time: exposures from then on.")
    var from: String?

    @Option(help: "A UTC time: exposures before it.")
    var until: String?

    func validate() throws {
        guard 0...8_784 ~= horizon else { throw ValidationError("--horizon takes 0 to 8784 hours.") }
    }

    func run() throws {
        let (begin, end) = (try time(from, "--from", .min), try time(until, "--until", .max))
        guard begin < end else { throw ValidationError("--from \(from ?? "") is not before --until \(until ?? "").") }
        let period = begin..<end
        let loaded = try configuration.load()
        var collected = LoggedExposures(
            tenant: tenant ?? loaded.shop.tenant, horizonMilliseconds: Int64(horizon * 3_600_000),
            calendar: try loaded.calendar())
        try loaded.forEachRecord { collected.add($0) }
        let (exposures, open) = collected.joined()
        let chosen = exposures.filter { period.contains($0.time.milliseconds) }
        guard !chosen.isEmpty else {
            throw Refusal(
                .invalidFile, place: "the log of \(tenant ?? loaded.shop.tenant)",
                value: "\(exposures.count) exposures with an outcome, \(open) still open, none in the period",
                remedy: "Price carts and send baskets; an exposure is decided \(horizon) hours after its quote ended.")
        }
        var draft = try DraftFile(out)
        try draft.write("user,item,time,reference_price,price,unit_cost,bought,quantity,arm,propensity\n")
        for exposure in chosen { try draft.write(line(exposure)) }
        try draft.finish()
        say("\(chosen.count) exposures, \(chosen.count { $0.quantity > 0 }) bought, in \(out); \(open) are still open")
    }

    private func time(_ text: String?, _ option: String, _ missing: Int64) throws -> Int64 {
        guard let text else { return missing }
        guard let time = CSVReader.timestamp(text) else {
            throw ValidationError("\(option) takes a UTC time such as 2026-11-01T00:00:00.")
        }
        return time.milliseconds
    }

    private func line(_ exposure: LoggedExposure) -> String {
        func amount(_ money: Money) -> String { money.formatted(in: exposure.currency) }
        let arm =
            switch self.arm {
            case .experiment: ExperimentArm(rawValue: exposure.arm)?.name ?? "\(exposure.arm)"
            case .model: "model-\(exposure.modelVersion)"
            }
        // A millisecond finer than files of exposures are.
        let time = Date(timeIntervalSince1970: Double(exposure.time.milliseconds / 1_000))
            .formatted(Date.ISO8601FormatStyle().year().month().day().time(includingFractionalSeconds: false))
        return [
            CSVField.quoted(exposure.user), CSVField.quoted(exposure.item), time,
            String(format: "%.4f", exposure.currency.major(exposure.referencePrice)),
            amount(exposure.price), amount(exposure.unitCost), exposure.quantity > 0 ? "1" : "0",
            "\(exposure.quantity)", arm, "\(exposure.propensity)",
        ].joined(separator: ",") + "\n"
    }
}
