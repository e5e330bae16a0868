import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Learning
import Operations
import Pricing

struct Stock: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let prices follow what is left on the shelves.",
        discussion: """
            For each item of the file, asks the cluster for the demand of the shoppers who were shown it last, works out
            what one more unit is worth to those who will come before the shelf is filled again, and has the price optimum
            count that instead of the unit cost until then. Floors do not change. Of an item of which there is enough a
            unit is worth its salvage value, and without one its cost. Run it as often as stock is counted, at least daily.

              farthing stock shelves.csv --until 24h --dry-run
              farthing stock shelves.csv --until 2026-12-01T06:00:00Z
              farthing stock --clear

            Items that the catalogue does not know, that are frozen, or of whose shoppers nothing is known are named and
            left as they are; they make the status 1. Items that the file does not name keep what an earlier one gave
            them, until its end.
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(
        help: "A CSV of item,stock and optionally arrivals, salvage_value, plain or gzip; - for standard input.")
    var file: String?

    @Option(help: "When shelves are filled again: a duration such as 90m, 24h or 7d, or a UTC time.")
    var until = "24h"

    @Option(help: "Shoppers to ask about for each item, the latest ones.")
    var shoppers = 48

    @Option(help: "Days of the log that tell who comes, where the file does not say how many will.")
    var days = 7

    @Flag(help: "Work it out, and change nothing.")
    var dryRun = false

    @Flag(help: "Instead of a file: have all items count at their costs again.")
    var clear = false

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    func validate() throws {
        guard clear == (file == nil) else { throw ValidationError("Give a file or --clear.") }
        guard 1...10_000 ~= shoppers else { throw ValidationError("--shoppers takes 1 to 10000, not \(shoppers)") }
        guard 1...366 ~= days else { throw ValidationError("--days takes 1 to 366, not \(days)") }
    }

    func run() throws {
        let now = Clock.timestamp()
        let end = try FreezeEnd.read(until, now: now, sooner: "`farthing stock --clear` ends what is in force")
        guard end <= now.adding(milliseconds: StockValue.longestMilliseconds) else {
            throw LearningError(
                place: "--until", value: until, remedy: "Value stock for a year at most, and again before that ends.")
        }
        let shelves = try file.map { try StockFile(path: $0 == "-" ? "/dev/stdin" : $0) }
        let (configuration, client) = try target.connect()
        guard configuration.pricing.objective == .profit else {
            throw Refusal(
                .invalidConfiguration, place: "pricing.objective", value: configuration.pricing.objective.rawValue,
                remedy: "What a unit is worth counts in profit only.")
        }
        let tenant = tenant ?? configuration.shop.tenant
        var logged = LoggedStock(tenant: tenant)
        var visitors = RecentVisitors(
            tenant: tenant, products: Set(shelves?.entries.keys.map(\.self) ?? []), now: now, days: days)
        try configuration.forEachRecord {
            logged.add($0)
            visitors.add($0)
        }

        var report = StockReport(tenant: tenant, until: end.utcText)
        let before = logged.inForce(at: now)
        report.others = before.map(\.product).filter { shelves?.entries[$0] == nil }
        var values: [StockValue] = []
        if let shelves {
            let terms = SellingTerms(
                policy: PricingPolicy(configuration.pricing), controlShare: configuration.experiments.controlShare,
                now: now, end: end)
            let valuations = try value(shelves, visitors, terms, tenant, client, &report)
            values = valuations.map {
                StockValue(
                    product: $0.row.product, worth: $0.worth, currency: $0.row.currency,
                    until: $0.isCost ? StockValue.over : end)
            }
        } else {
            values = before.map {
                StockValue(product: $0.product, worth: $0.worth, currency: $0.currency, until: StockValue.over)
            }
        }
        if !dryRun { report.index = try send(values, tenant, client) }
        try output.report(report) { clear ? report.clearedText : report.text }
        if !report.isComplete { throw ExitCode(1) }
    }

    private func value(
        _ shelves: StockFile, _ visitors: RecentVisitors, _ terms: SellingTerms, _ tenant: String,
        _ client: PricingClient, _ report: inout StockReport
    ) throws -> [StockValuation] {
        let frozen = Set(try client.freezes(of: tenant).map(\.product))
        var rows: [CatalogueRow] = []
        for item in shelves.entries.keys.sorted() {
            if frozen.contains(item) {
                report.frozen.append(item)
            } else if let row = visitors.row(of: item) {
                rows.append(row)
            } else {
                report.unknown.append(item)
            }
        }
        let curves = try demand(for: rows, visitors, tenant, client)
        // A model that was fitted to a file of exposures says between which prices it may choose.
        let trial: RecentVisitors.Trial = curves.values.joined().contains { $0.choices != nil } ? .day : .week
        return rows.compactMap { row in
            guard let entry = shelves.entries[row.product],
                let arrivals = entry.arrivals ?? visitors.expected(of: row.product, until: terms.end, trial),
                let valuation = StockValuation(
                    entry, of: row, curves: curves[row.product] ?? [], arrivals: arrivals, terms)
            else {
                report.unasked.append(row.product)
                return nil
            }
            report.items.append(.init(valuation))
            return valuation
        }
    }

    /// Demand as the cluster sees it now, corrections included: explanations are not remembered as quotes. Of shoppers in
    /// the control arm nothing is known; they are taken to be like the others.
    private func demand(
        for rows: [CatalogueRow], _ visitors: RecentVisitors, _ tenant: String, _ client: PricingClient
    ) throws(ClientError) -> [String: [DemandCurve]] {
        struct Asked: Hashable {
            var shopper: String
            var currency: String
        }
        var asked: [Asked: [CatalogueRow]] = [:]
        for row in rows {
            for shopper in visitors.shoppers(of: row.product, most: shoppers) {
                asked[Asked(shopper: shopper, currency: row.currency.code), default: []].append(row)
            }
        }
        var curves: [String: [DemandCurve]] = [:]
        for (who, items) in asked.sorted(by: { ($0.key.shopper, $0.key.currency) < ($1.key.shopper, $1.key.currency) })
        {
            for start in stride(from: 0, to: items.count, by: Limits.cartLines) {
                let lines = items[start..<min(start + Limits.cartLines, items.count)].map {
                    CartLine(product: $0.product, quantity: 1)
                }
                let request = PriceRequest(
                    user: UserKey(tenant: tenant, user: who.shopper), currency: items[start].currency, lines: lines)
                for line in try client.explain(request).value.lines {
                    if let curve = DemandCurve(line) { curves[line.product, default: []].append(curve) }
                }
            }
        }
        return curves
    }

    /// - Returns: the broadcast index from which on the last of them counts; nil when there is nothing to say.
    private func send(
        _ values: [StockValue], _ tenant: String, _ client: PricingClient
    ) throws(ClientError) -> UInt64? {
        var index: UInt64?
        var sent = 0
        let byCurrency = Dictionary(grouping: values, by: \.currency).sorted { $0.key.code < $1.key.code }
        for (currency, valued) in byCurrency {
            for start in stride(from: 0, to: valued.count, by: Limits.rowsInCatalogueBatch) {
                let batch = Array(valued[start..<min(start + Limits.rowsInCatalogueBatch, valued.count)])
                do throws(ClientError) {
                    index = max(
                        index ?? 0, try client.send(stock: batch, tenant: tenant, currency: currency).value.index)
                } catch {
                    if sent > 0 {
                        StandardStream.error.write("\(sent) of \(values.count) items count already; run it again.\n")
                    }
                    throw error
                }
                sent += batch.count
            }
        }
        return index
    }
}
