// How demand answers to what a shop plans: ln(1 + units) is linear in the log price, the depth of the deal, display,
// mailer and holidays. Thirty weeks of one item say little about five coefficients, so each item's are drawn towards
// those of all items together: a ridge whose centre is not zero (the posterior mean under a normal prior; Lindley and
// Smith, 1972). Nobody buys more because a price is higher or a product less shown: where the rows cannot tell a deal
// from the display that came with it, signs still hold. What the regression leaves over is smoothed, which stands for the recent level.
//
// The level is not a column of the regression: a lagged one would take a promotion's echo for the level.

import Glibc

/// Coefficients of one item, or of all.
package struct PromotionResponse: Equatable, Sendable {
    /// Columns: ln(regular price / usual), ln(price / regular price), display share, mailer share, holiday.
    static let columns = 5
    /// Of each column's coefficient: −1 never above 0, 1 never below, 0 either.
    static let signs = [-1, -1, 1, 1, 0]
    /// How many centred, squared units of a column the prior weighs.
    static let priorWeight = 5.0
    /// No plan moves demand by more than e³, twenty times: outside what was seen nothing is known.
    static let largestEffect = 3.0

    /// Shape (columns).
    package var coefficients: [Double]

    static let none = PromotionResponse(coefficients: [Double](repeating: 0, count: columns))

    /// What all items have in common, from what was known when `period` began. O(items · periods).
    package init(pooling items: [ItemSales], before period: Int) {
        var equations = NormalEquations(PromotionResponse.columns)
        for sales in items where !sales.settings.isEmpty {
            let count = min(max(0, period - sales.start), sales.units.count)
            let known = sales.known(after: count)
            guard let own = NormalEquations(known, known.logarithms), own.variance > 0 else { continue }
            equations.add(own, weight: 1 / max(own.variance, 1e-3))
        }
        coefficients = equations.solution(around: PromotionResponse.none.coefficients, weight: 0.1)
    }

    /// One item's, drawn towards what all have in common.
    package init(of sales: ItemSales, towards common: PromotionResponse) {
        self = common
        // Deals stand out, too, and are what is to be learned: an outlier is only what they do not explain.
        let first = refitted(to: sales.logarithms, of: sales)
        let effects = first.effects(on: sales)
        let left = zip(sales.logarithms, effects).map { value, effect in value.map { $0 - effect } }
        let sound = zip(Robust.withoutOutliers(left), effects).map { value, effect in value.map { $0 + effect } }
        self = refitted(to: sound, of: sales)
    }

    /// The coefficients that fit an item's values, drawn towards these.
    private func refitted(to values: [Double?], of sales: ItemSales) -> PromotionResponse {
        guard let equations = NormalEquations(sales, values) else { return self }
        return PromotionResponse(
            coefficients: equations.solution(around: coefficients, weight: PromotionResponse.priorWeight))
    }

    private init(coefficients: [Double]) { self.coefficients = coefficients }

    /// Change of ln(1 + units) under each setting of the item, planned ones included.
    package func effects(on sales: ItemSales) -> [Double] {
        PromotionResponse.rows(of: sales).map { row in
            let effect = zip(row, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
            return min(max(effect, -PromotionResponse.largestEffect), PromotionResponse.largestEffect)
        }
    }

    /// Shape (settings, columns). Prices are relative to the median regular price of the periods that are known.
    static func rows(of sales: ItemSales) -> [[Double]] {
        let past = sales.settings.prefix(sales.units.count)
        let usual = Robust.median(past.compactMap { $0.regularPrice ?? $0.price })
        return sales.settings.map { setting in
            let price = setting.price ?? setting.regularPrice ?? usual
            let regular = setting.regularPrice ?? usual
            return [
                usual > 0 && regular > 0 ? log(regular / usual) : 0, regular > 0 ? log(price / regular) : 0,
                setting.displayShare, setting.mailerShare, setting.holiday,
            ]
        }
    }
}

/// The sums that least squares need.
private struct NormalEquations {
    /// Shape (columns, columns) and (columns).
    var matrix: [Double]
    var right: [Double]
    /// Of the values.
    var variance = 0.0

    init(_ columns: Int) {
        matrix = [Double](repeating: 0, count: columns * columns)
        right = [Double](repeating: 0, count: columns)
    }

    /// Of one item's centred values and columns; nil when nothing is known of either.
    init?(_ sales: ItemSales, _ values: [Double?]) {
        let rows = zip(PromotionResponse.rows(of: sales), values).compactMap { row, value in value.map { (row, $0) } }
        guard rows.count > 1 else { return nil }
        self.init(PromotionResponse.columns)
        let count = Double(rows.count)
        let columns = right.indices
        let centres = columns.map { column in rows.reduce(0) { $0 + $1.0[column] } / count }
        let centre = rows.reduce(0) { $0 + $1.1 } / count
        for (row, value) in rows {
            variance += (value - centre) * (value - centre) / count
            for first in columns {
                let deviation = row[first] - centres[first]
                right[first] += deviation * (value - centre)
                for second in columns {
                    matrix[first * columns.count + second] += deviation * (row[second] - centres[second])
                }
            }
        }
    }

    mutating func add(_ other: NormalEquations, weight: Double) {
        for index in matrix.indices { matrix[index] += weight * other.matrix[index] }
        for index in right.indices { right[index] += weight * other.right[index] }
    }

    /// The coefficients that fit best, have their signs and keep close to `centre`.
    func solution(around centre: [Double], weight: Double) -> [Double] {
        var ridged = matrix
        var pulled = right
        func draw(_ row: Int, _ column: Int, _ weight: Double) {
            ridged[row * right.count + column] += weight
            pulled[row] += weight * centre[column]
        }
        for column in right.indices { draw(column, column, weight) }
        // What a deal does is drawn to what the regular price does, and the other way round: many never move theirs.
        draw(0, 0, weight)
        draw(0, 1, -weight)
        draw(1, 0, -weight)
        return SignedLeastSquares(matrix: ridged, right: pulled, signs: PromotionResponse.signs).solution
    }
}
