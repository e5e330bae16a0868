// Two columns of levels that matter together: students may mind the price of snacks more than students mind prices and
// snacks' prices are minded. A shallow tree finds such a pair only by splitting off one level after the other, and the
// slope's trees are shallow because data says little about slopes. So a pair of columns becomes two numbers: how often
// each pair of levels bought, and how strongly it minded the price.
//
// Both are estimated as an additive part (a number a level, by weighted least squares over the cells) and what the pair
// adds, pulled towards 0 by how much of the differences between cells chance explains: w / (w + 1/τ²), with w the
// cell's information and τ² the variance between cells by the method of moments (DerSimonian and Laird, 1986). A fixed
// strength was rejected: slopes of cells of a thousand rows are still mostly noise, their rates are not. A pair is kept
// only where its cells differ by more than chance (Cochran's Q).

import Domain

/// Two columns of levels as one.
package struct CrossPreparation: Equatable, Sendable {
    /// Names of the columns.
    var first: String
    var second: String
    /// Ascending.
    var firstLevels: [String]
    var secondLevels: [String]
    /// Log-odds of a purchase; (firstLevels + 1, secondLevels + 1) row-major, the last of each for unknown levels.
    var logOdds: [Float]
    /// Loss of log-odds for one unit of log price; the same shape.
    var slopes: [Float]

    /// Of a row: rate and slope.
    static let width = 2

    var name: String { "\(first) × \(second)" }

    package func append(_ one: String, _ other: String, to row: inout [Float]) {
        let place = level(one, of: first) * (secondLevels.count + 1) + level(other, of: second)
        row.append(logOdds[place])
        row.append(slopes[place])
    }

    /// The place of a level of one of the two columns; an unknown one has the last.
    func level(_ value: String, of column: String) -> Int {
        let levels = column == first ? firstLevels : secondLevels
        return levels.sortedIndex(of: value) ?? levels.count
    }
}

/// A pair of columns that was looked at.
public struct CrossFinding: Equatable, Sendable {
    public var columns: [String]
    /// Cells with rows.
    public var cells: Int
    /// Standard deviations by which the cells' rates, and slopes, differ more than chance would have them.
    public var rateExcess: Double
    public var slopeExcess: Double
    public var isKept: Bool
}

/// Chooses pairs among columns of levels.
enum CrossChoice {
    /// At most this many pairs are kept, those with the largest excess.
    private static let most = 6
    /// Columns with more levels are not crossed.
    private static let mostLevels = 64
    /// Rows that a cell needs, on average.
    private static let fewestRows = 100
    /// Standard deviations of Q above its mean from which a pair is kept.
    private static let demanded = 3.0

    /// - Parameter prices: ln(price / reference), one a row, as are the outcomes.
    /// - Returns: the pairs kept, and everything that was looked at, in the order of the columns.
    static func fit(
        _ columns: [ExposureTable.NamedColumn], prices: [Float], bought: [Bool], threads: Int = 2
    ) -> (kept: [CrossPreparation], findings: [CrossFinding]) {
        let coded = columns.compactMap { CodedColumn($0, mostLevels: mostLevels) }
        var pairs: [(Int, Int)] = []
        for first in coded.indices {
            for second in coded.indices where second > first { pairs.append((first, second)) }
        }
        let fits = Parallel.map(pairs.count, threads: threads) { [pairs] index in
            PairFit(coded[pairs[index].0], coded[pairs[index].1], prices: prices, bought: bought, fewest: fewestRows)
        }.compactMap { $0 }
        let chosen = fits.indices.filter { fits[$0].excess > demanded }
            .sorted { (fits[$1].excess, $0) < (fits[$0].excess, $1) }.prefix(most).sorted()
        let findings = fits.indices.map { fits[$0].finding(isKept: chosen.contains($0)) }
        return (chosen.map { fits[$0].preparation }, findings)
    }
}

/// A column of few levels, by their places.
private struct CodedColumn {
    let name: String
    let levels: [String]
    /// (rows,).
    let codes: [Int]

    init?(_ column: ExposureTable.NamedColumn, mostLevels: Int) {
        guard case .levels(let values) = column.values else { return nil }
        var places: [String: Int] = [:]
        for value in values where places[value] == nil {
            places[value] = 0
            guard places.count <= mostLevels else { return nil }
        }
        guard places.count > 1 else { return nil }
        name = column.name
        levels = places.keys.sorted()
        for (place, level) in levels.enumerated() { places[level] = place }
        codes = values.map { places[$0] ?? 0 }
    }
}

private struct PairFit {
    let first: CodedColumn
    let second: CodedColumn
    let rates: TwoWayMeans
    let slopes: TwoWayMeans

    /// - Returns: nil when there are too few rows, or one column settles the other.
    init?(_ first: CodedColumn, _ second: CodedColumn, prices: [Float], bought: [Bool], fewest: Int) {
        self.first = first
        self.second = second
        let shape = (first.levels.count, second.levels.count)
        var cells = [PriceResponseSums](repeating: PriceResponseSums(), count: shape.0 * shape.1)
        var all = PriceResponseSums()
        let centre = prices.reduce(0.0) { $0 + Double($1) } / Double(max(1, prices.count))
        for row in prices.indices {
            let price = Double(prices[row]) - centre
            cells[first.codes[row] * shape.1 + second.codes[row]].add(price, bought[row])
            all.add(price, bought[row])
        }
        let filled = cells.count { $0.count > 0 }
        guard filled > max(shape.0, shape.1), prices.count >= fewest * filled else { return nil }
        let rate = all.bought / max(1, all.count)
        rates = TwoWayMeans(cells.map { $0.logOdds(towards: rate) }, shape: shape)
        slopes = TwoWayMeans(cells.map { $0.slope(towards: rate) }, shape: shape)
        guard rates.freedom > 0 else { return nil }
    }

    var excess: Double { max(rates.excess, slopes.excess) }

    var preparation: CrossPreparation {
        CrossPreparation(
            first: first.name, second: second.name, firstLevels: first.levels, secondLevels: second.levels,
            logOdds: rates.values, slopes: slopes.values)
    }

    func finding(isKept: Bool) -> CrossFinding {
        CrossFinding(
            columns: [first.name, second.name], cells: rates.filled, rateExcess: rates.excess,
            slopeExcess: slopes.excess, isKept: isKept)
    }
}
