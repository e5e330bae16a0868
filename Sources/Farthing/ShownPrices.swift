// What a cluster has shown and what came of it, from its log, in the public form of exposures.

import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Log
import Pricing

/// Which of the exposures that a log holds.
struct ShownPricesOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    @Option(help: "Hours after the end of a quote in which a purchase still counts.")
    var horizon = 24.0

    @Option(help: "A UTC time: exposures from then on.")
    var from: String?

    @Option(help: "A UTC time: exposures before it.")
    var until: String?

    func validate() throws {
        guard 0...8_784 ~= horizon else { throw ValidationError("--horizon takes 0 to 8784 hours.") }
    }

    /// - Throws: where none of them has an outcome yet.
    func read() throws -> ShownPrices {
        let (begin, end) = (try time(from, "--from", .min), try time(until, "--until", .max))
        guard begin < end else { throw ValidationError("--from \(from ?? "") is not before --until \(until ?? "").") }
        let loaded = try configuration.load()
        let tenant = tenant ?? loaded.shop.tenant
        var collected = LoggedExposures(
            tenant: tenant, horizonMilliseconds: Int64(horizon * 3_600_000), calendar: try loaded.calendar())
        try loaded.forEachRecord { collected.add($0) }
        let (exposures, open) = collected.joined()
        let chosen = exposures.filter { (begin..<end).contains($0.time.milliseconds) }
        guard !chosen.isEmpty else {
            throw Refusal(
                .invalidFile, place: "the log of \(tenant)",
                value: "\(exposures.count) exposures with an outcome, \(open) still open, none in the period",
                remedy: "Price carts and send baskets; an exposure is decided \(horizon) hours after its quote ended.")
        }
        return ShownPrices(exposures: chosen, open: open)
    }

    private func time(_ text: String?, _ option: String, _ missing: Int64) throws -> Int64 {
        guard let text else { return missing }
        guard let time = CSVReader.timestamp(text) else {
            throw ValidationError("\(option) takes a UTC time such as 2026-11-01T00:00:00.")
        }
        return time.milliseconds
    }
}

struct ShownPrices {
    var exposures: [LoggedExposure]
    /// Those that may still be bought.
    var open: Int

    func write(to draft: inout DraftFile, arm: LogExposures.Arm) throws {
        try draft.write("user,item,time,reference_price,price,unit_cost,bought,quantity,arm,propensity\n")
        for exposure in exposures { try draft.write(Self.line(exposure, arm)) }
    }

    private static func line(_ exposure: LoggedExposure, _ arm: LogExposures.Arm) -> String {
        func amount(_ money: Money) -> String { money.formatted(in: exposure.currency) }
        let arm =
            switch arm {
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
