import ArgumentParser
import Domain
import Foundation
import Learning
import World

struct WorldScore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Say what prices would earn in a world, as a share of what its oracle earns.",
        discussion: """
            Reads a CSV with the columns user, item, reference_price, unit_cost, \
            \(Moment.columns.map(\.name).joined(separator: ", ")) and the prices. A share of 0 is the one price ratio \
            for everybody that earns most, 1 is the best price of every row. With the columns elasticity_low and \
            elasticity_high, too: how often they hold the size of the true elasticity at the price; rows where both are
            blank claim nothing. With --competitors, --seasons or --stock the column time is read, too.

            With --stock a sale needs a unit, in order of time; profit counts a unit against its salvage value, and the
            oracle knows who will come, in which order, but not who will buy.
            """)

    @OptionGroup var world: WorldOption
    @OptionGroup var output: OutputOption

    @Option(help: "The CSV file, plain or gzip.")
    var prices: String

    @Option(help: "Its column with the prices.")
    var column = "price_optimal"

    @Option(help: "What `farthing world generate --stock` wrote: what there is of each item in all for these rows.")
    var stock: String?

    @Option(help: "The lowest price that may be, as a share of the reference price.")
    var lowest = 0.8

    @Option(help: "The highest.")
    var highest = 1.1

    func validate() throws {
        guard lowest >= 0.01, highest <= 100, lowest < highest else {
            throw ValidationError("--lowest and --highest take 0.01 to 100, the lowest below the highest.")
        }
    }

    func run() throws {
        let rows = try WorldPrices.read(path: prices, column: column, world: world.make(hasStock: stock != nil))
        guard !rows.isEmpty else {
            throw Refusal(.invalidFile, place: prices, value: "no rows", remedy: "Give at least one price.")
        }
        let grid = PriceGrid(lowest...highest)
        // Half a minor unit: what rounding a bound to a payable price adds.
        let tolerance = 0.005 + 1e-9
        let report: WorldScoreReport
        if let stock {
            let cycles = try WorldPrices.cycles(of: rows, try StockFile(path: stock))
            let (score, sales) = PriceScore.ofStocked(cycles, within: grid, tolerance: tolerance)
            report = WorldScoreReport(score, sales, of: self)
        } else {
            report = WorldScoreReport(
                PriceScore(rows.map(\.proposal), within: grid, tolerance: tolerance), of: self)
        }
        try output.report(report) { report.text }
    }
}
