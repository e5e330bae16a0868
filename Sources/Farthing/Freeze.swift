import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Learning
import Operations

struct Freeze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the prices of products where they are, for a while.",
        discussion: """
            Whoever was shown a price goes on seeing it, within floor and ceiling; everybody else sees the list price.
            Announced deals go on. The latest freeze of a product counts, so that another one shortens or lengthens it.

              farthing freeze --product 1082185 --until 24h --reason "competitor's feed looks broken"

            With --alarms, freezes what `farthing learn anomalies --out` has found, each product until its frozen_until;
            with --until too, all of them until then. Ends that have passed are left out, and so is what is frozen for
            as long already. Products that the catalogue does not know are named, and make the status 1:

              farthing learn anomalies --input observations.csv --out alarms.csv
              farthing freeze --alarms alarms.csv
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "A product; repeat it for several.")
    var product: [String] = []

    @Option(help: "A CSV of alarms, plain or gzip; - for standard input.")
    var alarms: String?

    @Option(help: "A duration such as 90m, 24h or 7d, or a UTC time such as 2026-01-31T06:00:00Z.")
    var until: String?

    @Option(help: "Why, in one line, for whoever asks later.")
    var reason: String?

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    func validate() throws {
        guard product.isEmpty != (alarms == nil) else { throw ValidationError("Give --product or --alarms.") }
        guard alarms != nil || until != nil && reason != nil else {
            throw ValidationError("Give --until and --reason with --product.")
        }
        guard alarms == nil || reason == nil else {
            throw ValidationError("With --alarms, the alarm is the reason: leave --reason out.")
        }
    }

    func run() throws {
        let now = Clock.timestamp()
        let end = try until.map { try FreezeEnd.read($0, now: now) }
        let asked = try freezes(until: end)
        // Before the first one is sent, so that a mistake freezes nothing.
        let latest = now.adding(milliseconds: PriceFreeze.longestMilliseconds)
        if let far = asked.first(where: { $0.until > latest }) {
            throw LearningError(
                place: "\(alarms ?? "--until"): \(far.item)", value: far.until.utcText,
                remedy: "Freeze for a year at most, and again nearer its end.")
        }
        let (configuration, client) = try target.connect()
        var report = FreezeReport(tenant: tenant ?? configuration.shop.tenant)
        // A timer that runs every hour repeats its alarms, and shortens nobody's freeze.
        let held = alarms == nil ? [] : try client.freezes(of: report.tenant)
        let ends = Dictionary(held.map { ($0.product, $0.until) }) { $1 }
        for freeze in asked {
            if freeze.until <= now {
                report.ended += 1
            } else if let end = ends[freeze.item], end >= freeze.until {
                report.held += 1
            } else {
                try report.send(freeze, client)
            }
        }
        try output.report(report) { report.text }
        if !report.unknown.isEmpty { throw ExitCode(1) }
    }

    private func freezes(until end: Timestamp?) throws -> [AlarmFile.Freeze] {
        if let alarms { return try AlarmFile(path: alarms == "-" ? "/dev/stdin" : alarms, until: end).freezes }
        guard let end, let reason else { return [] }
        return product.map { AlarmFile.Freeze(item: $0, until: end, reason: reason) }
    }
}

/// The outcome of `farthing freeze`.
struct FreezeReport: Encodable {
    struct Frozen: Encodable {
        var product: String
        var until: String
        var reason: String
        var index: UInt64
    }

    var tenant: String
    var frozen: [Frozen] = []
    /// Products that the catalogue does not know.
    var unknown: [String] = []
    /// Freezes whose end has passed.
    var ended = 0
    /// Alarms of products that are frozen for as long already.
    var held = 0

    init(tenant: String) { self.tenant = tenant }

    /// - Throws: any refusal but of a product that nobody knows, which does not keep the others from being frozen.
    mutating func send(_ freeze: AlarmFile.Freeze, _ client: PricingClient) throws {
        do throws(ClientError) {
            let index = try client.freeze(freeze.item, of: tenant, until: freeze.until, because: freeze.reason).index
            frozen.append(
                Frozen(product: freeze.item, until: freeze.until.utcText, reason: freeze.reason, index: index))
        } catch {
            guard case .refused(let refusal) = error, refusal.code == .unknownProduct else { throw error }
            unknown.append(freeze.item)
        }
    }

    var text: String {
        var lines = frozen.map { "\($0.product) is frozen until \($0.until): \($0.reason)" }
        lines += unknown.map { "\($0) is not in the catalogue of \(tenant)" }
        if held > 0 { lines.append("\(held) left as they are, frozen for as long already") }
        if ended > 0 { lines.append("\(ended) left out whose end has passed") }
        return lines.isEmpty ? "nothing to freeze" : lines.joined(separator: "\n")
    }
}
