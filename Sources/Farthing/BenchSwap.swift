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
            Two bundles take turns in serving, under load. Each round compares a second in which nothing happens with
            the second that begins with the change. With --trial the next model is put on trial beforehand, as
            `farthing models promote` needs it; without, each worker loads it while it prices. Serves the first bundle
            in the end.

              farthing bench swap a.bundle b.bundle --rounds 20 --trial
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(help: "Two bundles.")
    var bundles: [String]

    @Option(help: "Changes.")
    var rounds = 20

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
        guard 2...1_000 ~= rounds else { throw ValidationError("--rounds takes 2 to 1000") }
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
        /// Of a second with a change over that of the second before it.
        var p50Ratio: Spread
        var p99Ratio: Spread
        var quietP99Us: Spread
        var swapP99Us: Spread
    }

    func run() throws {
        let (configuration, endpoints) = try target.resolve()
        let files = bundles.map { ModelSource.file(URL(filePath: $0).standardizedFileURL.path) }
        _ = try target.connect(deadlineMilliseconds: 30_000).1.order(.serve(files[0]))
        let carts = try RandomCarts(
            folder: data, tenant: configuration.shop.tenant, currency: configuration.shop.currency, lines: lines,
            seed: 1)
        let changes = ModelChanges(endpoints, files, rounds: rounds, trial: trial)
        var load = LoadGenerator(carts: carts, outstanding: outstanding)
        changes.begin()
        let measured = try load.run(against: endpoints, seconds: changes.seconds, keepingTimes: true)
        let times = try changes.end()
        _ = try target.connect(deadlineMilliseconds: 30_000).1.order(.serve(files[0]))
        let report = try report(measured, times)
        try output.report(report) {
            """
            \(report.rounds) changes of models, \(report.errors) errors
            p50 of a second with a change over one without: \(report.p50Ratio.text)
            p99 of a second with a change over one without: \(report.p99Ratio.text)
            p99 in µs: \(report.swapP99Us.text) with, \(report.quietP99Us.text) without
            """
        }
    }

    private func report(_ measured: Measurement, _ times: [MonotonicInstant]) throws -> Report {
        func latencies(from start: MonotonicInstant) -> [UInt32] {
            let end = start.adding(microseconds: 1_000_000)
            return measured.times.lazy.filter { $0.at >= start && $0.at < end }.map(\.latency).sorted()
        }
        var pairs: [(quiet: [UInt32], swap: [UInt32])] = []
        for time in times {
            let before = MonotonicInstant(microseconds: time.microseconds - 1_000_000)
            pairs.append((latencies(from: before), latencies(from: time)))
        }
        pairs.removeAll { $0.quiet.count < 100 || $0.swap.count < 100 }
        guard !pairs.isEmpty else {
            throw ClientError.unknown(endpoint: "the cluster", milliseconds: Int(measured.seconds * 1_000))
        }
        func of(_ share: Double, _ sorted: [UInt32]) -> Double { Double(sorted[Int(share * Double(sorted.count))]) }
        return Report(
            rounds: pairs.count, errors: measured.errors,
            p50Ratio: .init(pairs.map { of(0.5, $0.swap) / of(0.5, $0.quiet) }),
            p99Ratio: .init(pairs.map { of(0.99, $0.swap) / of(0.99, $0.quiet) }),
            quietP99Us: .init(pairs.map { of(0.99, $0.quiet) }), swapP99Us: .init(pairs.map { of(0.99, $0.swap) }))
    }
}

/// Changes the model every three seconds, from a thread of its own.
private final class ModelChanges: @unchecked Sendable {
    private let endpoints: [String]
    private let files: [ModelSource]
    private let rounds: Int
    private let trial: Bool
    private let ended = DispatchSemaphore(value: 0)
    // Written by the thread before it signals the end, read after.
    private var times: [MonotonicInstant] = []
    private var failure: ClientError?

    init(_ endpoints: [String], _ files: [ModelSource], rounds: Int, trial: Bool) {
        self.endpoints = endpoints
        self.files = files
        self.rounds = rounds
        self.trial = trial
    }

    /// A second to settle, one without and one with a change.
    static let roundSeconds = 3.0

    var seconds: Double { Double(rounds) * Self.roundSeconds }

    func begin() {
        Thread.detachNewThread { [self] in
            change()
            ended.signal()
        }
    }

    /// When the changes were ordered.
    func end() throws -> [MonotonicInstant] {
        ended.wait()
        if let failure { throw failure }
        return times
    }

    private func change() {
        // The load warms up for a tenth of its time.
        let start = Date().addingTimeInterval(seconds / 10)
        do throws(ClientError) {
            // A client belongs to the thread that made it.
            let client = try PricingClient(endpoints: endpoints, deadlineMilliseconds: 30_000)
            for round in 0..<rounds {
                let next = files[(round + 1) % 2]
                let begin = start.addingTimeInterval(Double(round) * Self.roundSeconds)
                Thread.sleep(until: begin)
                if trial { _ = try client.order(.tryOut(next, sharePerMille: 0)) }
                Thread.sleep(until: begin.addingTimeInterval(2))
                times.append(Clock.monotonic())
                _ = try client.order(.serve(next))
            }
        } catch {
            failure = error
        }
    }
}
