import ArgumentParser
import Client
import Configuration
import Domain
import Foundation

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a running cluster, or its log.",
        subcommands: [BenchPrice.self, BenchReplay.self, BenchSwap.self])
}

struct BenchPrice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "Price random carts as fast as the cluster answers.",
        discussion: """
            Keeps a number of requests outstanding and counts what comes back. The shoppers
            and products are those of the data set, which must have been imported. Latency is from sending to
            receiving, as the checkout sees it.

              farthing bench price --outstanding 64 --seconds 10 --lines 5 -o json
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "Requests under way at once.")
    var outstanding = 64

    @Option(help: "How long to measure, after a warm-up of a tenth of it.")
    var seconds = 10.0

    @Option(help: "Lines in a cart.")
    var lines = 5

    @Option(help: "The folder whose shoppers and products are used.")
    var data = "Data/complete-journey"

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    @Option(help: "Of the random carts.")
    var seed: UInt64 = 1

    func validate() throws {
        guard 1...65_536 ~= outstanding else { throw ValidationError("--outstanding takes 1 to 65536") }
        guard 0.1...3_600 ~= seconds else { throw ValidationError("--seconds takes 0.1 to 3600") }
        guard 1...Limits.cartLines ~= lines else { throw ValidationError("--lines takes 1 to \(Limits.cartLines)") }
    }

    private struct Report: Encodable {
        struct Latency: Encodable {
            var p50: Double
            var p99: Double
            var p999: Double
        }
        struct Answers: Encodable {
            var personal: Int
            var segment: Int
            var list: Int
            var refused: Int
        }
        var requestsPerSecond: Double
        var latencyUs: Latency
        var errors: Int
        var answers: Answers
    }

    func run() throws {
        let (configuration, endpoints) = try target.resolve()
        let carts = try RandomCarts(
            folder: data, tenant: tenant ?? configuration.shop.tenant, currency: configuration.shop.currency,
            lines: lines, seed: seed)
        var load = LoadGenerator(carts: carts, outstanding: outstanding)
        let measured = try load.run(against: endpoints, seconds: seconds)
        let report = Report(
            requestsPerSecond: (measured.perSecond * 10).rounded() / 10,
            latencyUs: .init(
                p50: measured.percentile(0.5), p99: measured.percentile(0.99), p999: measured.percentile(0.999)),
            errors: measured.errors,
            answers: .init(
                personal: measured.counts.personal, segment: measured.counts.segment, list: measured.counts.list,
                refused: measured.refused))
        try output.report(report) { measured.text(outstanding: outstanding, lines: lines) }
        guard measured.answered > 0 else {
            if let refusal = measured.firstRefusal { throw ClientError.refused(refusal) }
            throw ClientError.unknown(
                endpoint: endpoints.joined(separator: ", "), milliseconds: Int(seconds * 1_000))
        }
    }
}
