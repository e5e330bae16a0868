import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Operations

struct BenchSwap: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swap",
        abstract: "Does a change of models make prices late?",
        discussion: """
            Two bundles take turns in serving, under load. Each round compares the answers that come from the change on
            with as many before it. With --trial the next model is put on trial first, as `farthing models promote`
            needs it; without, each worker loads it while it prices. Serves the first bundle in the end.

              farthing bench swap a.bundle b.bundle --rounds 20 --trial
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(help: "Two bundles.")
    var bundles: [String]

    @Option(help: "Changes.")
    var rounds = 20

    @Option(help: "Answers to compare, before a change and from it on.")
    var answers = 10_000

    @Option(help: "Requests under way at once.")
    var outstanding = 8

    @Option(help: "Lines in a cart.")
    var lines = 5

    @Flag(help: "Load the next model beforehand.")
    var trial = false

    @Option(help: "The folder whose shoppers and products are used.")
    var data = "Data/complete-journey"

    func validate() throws {
        guard bundles.count == 2 else { throw ValidationError("Name two bundles.") }
        guard 1...1_000 ~= rounds else { throw ValidationError("--rounds takes 1 to 1000") }
        guard 100...1_000_000 ~= answers else { throw ValidationError("--answers takes 100 to 1000000") }
        guard 1...65_536 ~= outstanding else { throw ValidationError("--outstanding takes 1 to 65536") }
        guard 1...Limits.cartLines ~= lines else { throw ValidationError("--lines takes 1 to \(Limits.cartLines)") }
    }

    private struct Report: Encodable {
        struct Spread: Encodable {
            var median: Double
            var lowest: Double
            var highest: Double

            init(_ values: [Double]) {
                let sorted = values.sorted()
                median = sorted[sorted.count / 2]
                lowest = sorted[0]
                highest = sorted[sorted.count - 1]
            }

            var text: String { String(format: "%.2f (%.2f to %.2f)", median, lowest, highest) }
        }
        var rounds: Int
        var errors: Int
        /// Of answers with a change over those before it.
        var p50Ratio: Spread
        var p99Ratio: Spread
        var quietP99Us: Spread
        var swapP99Us: Spread
    }

    func run() throws {
        let (configuration, endpoints) = try target.resolve()
        let files = bundles.map { ModelSource.file(URL(filePath: $0).standardizedFileURL.path) }
        let carts = try RandomCarts(
            folder: data, tenant: configuration.shop.tenant, currency: configuration.shop.currency, lines: lines,
            seed: 1)
        let changes = ModelChanges(endpoints, files, rounds: rounds, answers: answers, trial: trial)
        var load = LoadGenerator(carts: carts, outstanding: outstanding)
        var answered: [(at: MonotonicInstant, latency: UInt32)] = []
        changes.begin()
        let measured = try load.run(
            against: endpoints, from: Clock.monotonic(), whileWanted: { _ in !changes.areOver }
        ) { time, latency in
            answered.append((time, latency))
            changes.answerCame()
        }
        let report = try report(answered, try changes.end(), errors: measured.errors)
        try output.report(report) {
            """
            \(report.rounds) changes of models, \(report.errors) errors
            p50 of answers with a change over those before: \(report.p50Ratio.text)
            p99 of answers with a change over those before: \(report.p99Ratio.text)
            p99 in µs: \(report.swapP99Us.text) with, \(report.quietP99Us.text) without
            """
        }
    }

    private func report(
        _ answered: [(at: MonotonicInstant, latency: UInt32)], _ times: [MonotonicInstant], errors: Int
    ) throws -> Report {
        let pairs = times.compactMap { time -> (quiet: [UInt32], swap: [UInt32])? in
            guard let first = answered.firstIndex(where: { $0.at >= time }), first >= answers,
                first + answers <= answered.count
            else { return nil }
            return (
                answered[(first - answers)..<first].map(\.latency).sorted(),
                answered[first..<(first + answers)].map(\.latency).sorted()
            )
        }
        guard !pairs.isEmpty else {
            throw Refusal(
                .unavailable, place: "the cluster", value: "\(answered.count) answers",
                remedy: "See with `farthing bench price` whether it answers at all.")
        }
        func of(_ share: Double, _ sorted: [UInt32]) -> Double { Double(sorted[Int(share * Double(sorted.count))]) }
        return Report(
            rounds: pairs.count, errors: errors,
            p50Ratio: .init(pairs.map { of(0.5, $0.swap) / of(0.5, $0.quiet) }),
            p99Ratio: .init(pairs.map { of(0.99, $0.swap) / of(0.99, $0.quiet) }),
            quietP99Us: .init(pairs.map { of(0.99, $0.quiet) }), swapP99Us: .init(pairs.map { of(0.99, $0.swap) }))
    }
}
