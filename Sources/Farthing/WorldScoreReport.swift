import Foundation
import World

/// The outcome of `farthing world score`. Profits are expected, over all rows, in the currency of the file.
struct WorldScoreReport: Encodable {
    struct Elasticity: Encodable {
        var rows: Int
        /// Of the rows, 0 to 1.
        var coverage: Double
        var meanWidth: Double
    }
    struct Stock: Encodable {
        var units: Int
        /// Expected.
        var sold: Double
        /// Expected, if no shelf ran empty.
        var wanted: Double
    }
    var law: String
    var seed: UInt64
    var column: String
    var lowest: Double
    var highest: Double
    var rows: Int
    var outside: Int
    var referenceProfit: Double
    var uniformProfit: Double
    var uniformRatio: Double
    var pricesProfit: Double
    var oracleProfit: Double
    /// Left out where a uniform price earns what the oracle does.
    var share: Double?
    var elasticity: Elasticity?
    var stock: Stock?

    init(_ score: PriceScore, _ sales: StockSales? = nil, of command: WorldScore) {
        law = command.world.law.rawValue
        seed = command.world.seed
        column = command.column
        lowest = command.lowest
        highest = command.highest
        rows = score.rows
        outside = score.outside
        referenceProfit = score.referenceProfit
        uniformProfit = score.uniformProfit
        uniformRatio = score.uniformRatio
        pricesProfit = score.proposedProfit
        oracleProfit = score.oracleProfit
        share = score.share.isFinite ? score.share : nil
        elasticity = score.coverage.map {
            Elasticity(rows: $0.rows, coverage: $0.share, meanWidth: $0.meanWidth)
        }
        stock = sales.map { Stock(units: $0.units, sold: $0.sold, wanted: $0.wanted) }
    }

    var text: String {
        var table = Table(["expected profit of", "in all", "of the oracle's"])
        func add(_ name: String, _ profit: Double) {
            table.add([
                name, String(format: "%.2f", profit), String(format: "%.2f %%", 100 * profit / oracleProfit),
            ])
        }
        add("the reference price", referenceProfit)
        add("\(String(format: "%.3f", uniformRatio)) times it for everybody", uniformProfit)
        add("→ \(column)", pricesProfit)
        add("the oracle", oracleProfit)
        var lines = [table.text]
        lines.append(
            "  share of the way from uniform to oracle: "
                + (share.map { String(format: "%.1f %%", 100 * $0) } ?? "none, they earn the same"))
        lines.append("  \(rows) rows; \(outside) prices outside \(lowest) to \(highest) times the reference price")
        if let stock {
            lines.append(
                String(
                    format: "  stock: %d units, of which %.0f are sold; %.0f would be if no shelf ran empty",
                    stock.units,
                    stock.sold, stock.wanted))
        }
        if let elasticity {
            lines.append(
                String(
                    format: "  elasticity: %.1f %% of %d intervals hold the truth, mean width %.2f",
                    100 * elasticity.coverage, elasticity.rows, elasticity.meanWidth))
        }
        return lines.joined(separator: "\n")
    }
}
