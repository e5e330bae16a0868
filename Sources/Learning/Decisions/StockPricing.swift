// Prices where stock is scarce: what a unit costs is its worth if it stays, and the shadow price of the item's stock.

import Domain
import Models
import Pricing

extension ExposureBundle {
    /// The shadow price of the stock of each row's item, if the rows are a sample of those who will come; nil for items
    /// without a limit.
    /// - Returns: (rows,), in units of the currency.
    /// - Throws: where no row's item has a stock, where a price is the same for everybody and follows no cost, and where
    ///   the model's demand is beyond numbers.
    public func shadowPrices(
        _ table: ExposureTable, _ terms: PricingTerms, _ stock: StockFile
    ) throws(LearningError) -> [Double?] {
        guard terms.objective == .profit else {
            throw LearningError(
                place: stock.file, value: "stock, and \(terms.objective.rawValue) to maximise",
                remedy: "What a unit is worth counts in profit only: leave out --objective, or --stock.")
        }
        guard policy == .personal else {
            throw LearningError(
                place: stock.file, value: "stock, and a bundle with one price for everybody",
                remedy: "That price follows no cost. Fit to more exposures, until personal prices are served.")
        }
        var places: [String: [Int]] = [:]
        for row in 0..<table.count where stock.entries[table.items[row]] != nil {
            places[table.items[row], default: []].append(row)
        }
        guard !places.isEmpty else {
            throw LearningError(
                place: stock.file, value: "no item of \(table.file)", remedy: "Write items as \(table.file) does.")
        }
        let coefficients = Coefficients(response, rows: preparation.rows(of: table), count: table.count)
        var shadowPrices = [Double?](repeating: nil, count: table.count)
        for (item, rows) in places {
            guard let entry = stock.entries[item] else { continue }
            let sample = rows.map { row in
                let reference = table.referencePrices[row]
                return ExpectedArrival(
                    curve: coefficients.curve(row, reference: reference),
                    unitCost: entry.salvageValue ?? table.unitCosts[row],
                    bounds: (reference * terms.ratios.lowerBound)...(reference * terms.ratios.upperBound))
            }
            guard
                let solved = StockShadowPrice(
                    sample: sample, arrivals: entry.arrivals ?? Double(rows.count), stock: Double(entry.stock))
            else {
                throw LearningError(
                    place: "\(table.file):\(table.lines[rows[0]]):item", value: item,
                    remedy: "The bundle's demand for it is beyond numbers: look for absurd amounts in its rows.")
            }
            for row in rows { shadowPrices[row] = solved.shadowPrice }
        }
        return shadowPrices
    }

    /// Prices every row as if a unit cost what it is worth if it stays, and its shadow price.
    public func price(
        _ table: ExposureTable, _ terms: PricingTerms, _ stock: StockFile, shadowPrices: [Double?]
    ) -> [PricedRow] {
        price(
            table, terms,
            unitCosts: (0..<table.count).map { row in
                (stock.entries[table.items[row]]?.salvageValue ?? table.unitCosts[row]) + (shadowPrices[row] ?? 0)
            })
    }
}
