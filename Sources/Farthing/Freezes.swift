import ArgumentParser
import Client
import Configuration
import Domain
import Operations

struct Freezes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which prices are frozen, why, and for how long.",
        discussion: """
              farthing freezes -o json
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Flag(help: "The same as -o json.")
    var json = false

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    private struct Report: Encodable {
        struct Freeze: Encodable {
            var product: String
            var frozenAt: String
            var until: String
            var leftSeconds: Int64
            var reason: String
        }
        var tenant: String
        var freezes: [Freeze]
    }

    func run() throws {
        let (configuration, client) = try target.connect()
        let tenant = tenant ?? configuration.shop.tenant
        let freezes = try client.freezes(of: tenant)
        let now = Clock.timestamp()
        let report = Report(
            tenant: tenant,
            freezes: freezes.map {
                Report.Freeze(
                    product: $0.product, frozenAt: $0.at.utcText, until: $0.until.utcText,
                    leftSeconds: max(0, $0.until.milliseconds - now.milliseconds) / 1_000, reason: $0.reason)
            })
        var output = output
        if json { output.format = .json }
        try output.report(report) { text(freezes, now) }
    }

    private func text(_ freezes: [PriceFreeze], _ now: Timestamp) -> String {
        guard !freezes.isEmpty else { return "no prices are frozen" }
        var table = Table(["product", "left", "until", "since", "reason"])
        for freeze in freezes {
            table.add([
                freeze.product, FreezeEnd.left(until: freeze.until, now: now), freeze.until.utcText, freeze.at.utcText,
                freeze.reason,
            ])
        }
        return table.text
    }
}
