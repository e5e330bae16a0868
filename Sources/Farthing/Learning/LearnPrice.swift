import ArgumentParser
import Domain
import Foundation
import Learning
import Operations
import Pricing

extension PricingObjective: ExpressibleByArgument {}

struct LearnPrice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "Add the best price to each row of a file.",
        discussion: """
            Repeats every row and adds price_optimal, probability (of a purchase at that price), elasticity (percent of
            probability lost for one percent of price, there), and elasticity_low and elasticity_high, which hold it in
            nine cases of ten (in more where shoppers decide by thresholds, close to which an elasticity may be anything;
            blank where the bundle knows too little).
            A price keeps to what was tested unless bounds are given, relative to the reference price.

            With --stock, units of the items it names are scarce: shadow_price is what the last one of them is worth to
            those still to come, and prices are best for a unit that costs so much more. The rows of an item are taken
            for a sample of them. Solve again as stock goes down, at least once a day.

            With --weights, price_weighted is added, the reference price times the weighted sum of features that comes
            nearest to price_optimal, and its weights are written: term,weight,move (by how much of the reference price
            one unit, and one standard deviation, of the feature moves it). What such prices would earn says
            `farthing learn evaluate --prices FILE --column price_weighted`.
            """)

    @Option(help: "What `farthing learn fit` wrote.")
    var bundle: String

    @Option(help: "A CSV with user, item, time, reference_price, unit_cost and the bundle's features.")
    var input: String

    @Option(help: "Where to write; standard output unless given.")
    var out: String?

    @Option(help: "Lowest price, relative to the reference price.")
    var lowest: Double?

    @Option(help: "Highest price, relative to the reference price.")
    var highest: Double?

    @Option(help: "What to maximise.")
    var objective: PricingObjective = .profit

    @Option(
        help: """
            A CSV with item, stock and, if known, arrivals (shoppers expected before it is filled again; else the rows) \
            and salvage_value (of a unit that stays; else its unit_cost).
            """)
    var stock: String?

    @Option(help: "Where to write the weights of a sum that comes nearest to these prices.")
    var weights: String?

    @Option(help: "Currency, for rounding.")
    var currency = "USD"

    func validate() throws { try FilePaths.check(reads: [bundle, input, stock], writes: [out, weights]) }

    func run() throws {
        let money = try Currency.named(currency)
        let model = try BundleFile.exposures(bundle)
        let terms = PricingTerms(objective: objective, ratios: try ratios(model))
        let table = try ExposureTable(path: input, for: .questions, kinds: model.preparation.kinds)
        let scarce = try stock.map { try StockFile(path: $0) }
        let shadowPrices = try scarce.map { try model.shadowPrices(table, terms, $0) }
        let priced =
            if let scarce, let shadowPrices {
                model.price(table, terms, scarce, shadowPrices: shadowPrices)
            } else {
                model.price(table, terms)
            }
        func rounded(_ price: Double, _ row: Int) -> Money {
            terms.rounded(price, reference: table.referencePrices[row], in: money)
        }
        let prices = priced.indices.map { rounded(priced[$0].price, $0) }
        let weighted = weights == nil ? nil : model.weightedPrices(nearest: priced, table, terms)
        let expected = model.expect(table, at: prices.map { money.major($0.real) })
        let rows = prices.indices.map { row in
            [
                prices[row].formatted(in: money), String(format: "%.6f", expected[row].probability),
                String(format: "%.4f", expected[row].elasticity),
                expected[row].interval.map { String(format: "%.4f", $0.lowerBound) } ?? "",
                expected[row].interval.map { String(format: "%.4f", $0.upperBound) } ?? "",
            ] + (shadowPrices.map { [$0[row].map { String(format: "%.4f", $0) } ?? ""] } ?? [])
                + (weighted.map { [rounded($0.prices[row], row).formatted(in: money)] } ?? [])
        }
        let names =
            ["price_optimal", "probability", "elasticity", "elasticity_low", "elasticity_high"]
            + (shadowPrices == nil ? [] : ["shadow_price"]) + (weighted == nil ? [] : ["price_weighted"])
        try CSVAppending(names, to: input).write(rows, to: out)
        if let weights, let weighted { try write(weighted, to: weights) }
        for words in model.preparation.unknownWords(in: table) {
            StandardStream.error.write(
                "\(words.rows.count) of \(table.count) rows name “\(words.column)” by words that the bundle has not seen, "
                    + "such as “\(words.example)” (line \(table.lines[words.rows[0]])): priced as unknown\n")
        }
        warn(table.lines.indices.filter { money.major(prices[$0].real) < table.unitCosts[$0] }.map { table.lines[$0] })
    }

    private func write(_ weighted: WeightedPrices, to path: String) throws {
        var draft = try DraftFile(path)
        try draft.write("term,weight,move\nbase,\(weighted.base),\n")
        for term in weighted.terms { try draft.write("\(CSVField.quoted(term.name)),\(term.weight),\(term.move)\n") }
        try draft.finish()
        let explained = String(format: "%.1f %%", 100 * weighted.explained)
        StandardStream.error.write(
            "a sum of \(weighted.terms.count) weights, in \(path), explains \(explained) of how prices differ\n")
    }

    /// - Parameter lines: of rows that are sold at a loss.
    private func warn(_ lines: [Int]) {
        guard !lines.isEmpty else { return }
        let first = lines.prefix(5).map(String.init).joined(separator: ", ") + (lines.count > 5 ? ", …" : "")
        StandardStream.error.write(
            "\(lines.count) rows cost more than the price they may have (lines \(first)): sold at a loss\n")
    }

    private static let largestRatio = 100.0

    private func ratios(_ model: ExposureBundle) throws -> ClosedRange<Double> {
        let low = lowest ?? model.testedRatios.lowerBound
        let high = highest ?? model.testedRatios.upperBound
        guard low > 0, low <= high, high <= Self.largestRatio else {
            throw LearningError(
                place: "--lowest, --highest", value: "\(low), \(high)",
                remedy: "Give ratios to the reference price, above 0 to \(Int(Self.largestRatio)), the lower one first."
            )
        }
        return low...high
    }
}

extension Currency {
    /// - Parameter option: what `--currency` says.
    static func named(_ option: String) throws(LearningError) -> Currency {
        guard let currency = Currency(code: option) else {
            throw LearningError(place: "--currency", value: option, remedy: "Give a code such as USD.")
        }
        return currency
    }
}
