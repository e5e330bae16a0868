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
            with as many before it, and two as long stretches before those with one another: what changes when nothing
            does. The fewer answers, the closer to the change: at 10,000 a second 2,000 are the fifth of a second in
            which it happens. With --trial the next model is put on trial first, as `farthing models promote`
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
    var answers = 2_000

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
        /// One percentile of latencies.
        struct Percentile: Encodable {
            /// Of answers with a change over those before it.
            var withChange: Spread
            /// Of two stretches before those, the later over the earlier.
            var without: Spread
            /// Rounds in which the change made the greater difference.
            var greaterWithChange: Int
            var beforeUs: Spread

            init(_ share: Double, of rounds: [Round]) {
                let values = rounds.map { round in
                    [round.first, round.second, round.before, round.changing].map { sorted in
                        Double(sorted[Int(share * Double(sorted.count))])
                    }
                }
                withChange = Spread(values.map { $0[3] / $0[2] })
                without = Spread(values.map { $0[1] / $0[0] })
                greaterWithChange = values.count { $0[3] / $0[2] > $0[1] / $0[0] }
                beforeUs = Spread(values.map { $0[2] })
            }

            func text(_ name: String, rounds: Int) -> String {
                """
                \(name) over the one before: \(withChange.text) with a change, \(without.text) without; \
                greater with it in \(greaterWithChange) of \(rounds); \(beforeUs.text) µs before
                """
            }
        }
        var rounds: Int
        /// From the order until every worker serves the model, as heartbeats tell.
        var servedAfterMs: Spread?
        var errors: Int
        var p50: Percentile
        var p99: Percentile
    }

    /// Latencies in µs of four equal stretches of answers, ascending: three before a change, and the one it begins. Two
    /// pairs that share none: a slow moment is as likely in either.
    private struct Round {
        var first: [UInt32]
        var second: [UInt32]
        var before: [UInt32]
        var changing: [UInt32]
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
            \(report.rounds) changes of models, served by all after \(report.servedAfterMs?.text ?? "–") ms, \
            \(report.errors) errors
            \(report.p50.text("p50", rounds: report.rounds))
            \(report.p99.text("p99", rounds: report.rounds))
            """
        }
    }

    private func report(
        _ answered: [(at: MonotonicInstant, latency: UInt32)], _ changes: [ModelChanges.Change], errors: Int
    ) throws -> Report {
        let rounds = changes.compactMap { change -> Round? in
            guard let first = answered.firstIndex(where: { $0.at >= change.ordered }), first >= 3 * answers,
                first + answers <= answered.count
            else { return nil }
            func latencies(_ stretch: Int) -> [UInt32] {
                answered[(first + stretch * answers)..<(first + (stretch + 1) * answers)].map(\.latency).sorted()
            }
            return Round(first: latencies(-3), second: latencies(-2), before: latencies(-1), changing: latencies(0))
        }
        guard !rounds.isEmpty else {
            throw Refusal(
                .unavailable, place: "the cluster", value: "\(answered.count) answers",
                remedy: "See with `farthing bench price` whether it answers at all.")
        }
        let waits = changes.compactMap { change in
            change.served.map { Double($0.microseconds(since: change.ordered)) / 1_000 }
        }
        return Report(
            rounds: rounds.count, servedAfterMs: waits.isEmpty ? nil : .init(waits), errors: errors,
            p50: .init(0.5, of: rounds), p99: .init(0.99, of: rounds))
    }
}
