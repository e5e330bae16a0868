// Arms that draw on one stock, one budget or one demand take from each other: where many are treated, the controls buy
// less (or more) of the same item. Chance and ramping up vary the treated share from item to item and from time to time;
// what items have in common and what a time has in common is taken out first, so that neither a popular item nor a busy
// week is mistaken for interference.
//
// It sees only what moves within an item; what moves between items, or between all items at once, it does not see.

import Domain

/// How the controls' outcome follows the treated share of the same item at the same time.
public struct Substitution: Equatable, Sendable {
    /// Change of a control row's outcome from nobody treated to everybody treated.
    public let slope: Slope
    public let items: Int

    private static let periods = 12
    private static let rounds = 50

    /// - Parameter column: of the table.
    /// - Returns: nil when the rows name no items, or too few to say.
    /// - Complexity: rows + items × periods.
    public init?(_ table: ExperimentTable, _ totals: UserTotals, control: Int, column: Int) {
        guard !table.items.isEmpty, let first = table.times.min(), let last = table.times.max(), last > first else {
            return nil
        }
        let itemCount = (table.items.max() ?? -1) + 1
        var rows = [Double](repeating: 0, count: itemCount * Self.periods)
        var controls = rows
        var outcomes = rows
        let length = Double(last - first) + 1
        for (row, item) in table.items.enumerated() {
            let period = Int(Double(table.times[row] - first) / length * Double(Self.periods))
            let cell = item * Self.periods + min(period, Self.periods - 1)
            rows[cell] += 1
            guard totals.arms[table.users[row]] == control else { continue }
            controls[cell] += 1
            outcomes[cell] += table.columns[column].values[row]
        }
        let cells = controls.indices.filter { controls[$0] > 0 }
        let weights = cells.map { controls[$0] }
        let (ofItem, ofPeriod) = (cells.map { $0 / Self.periods }, cells.map { $0 % Self.periods })
        func centred(_ values: [Double]) -> [Double] {
            var values = values
            for _ in 0..<Self.rounds {
                for (groups, count) in [(ofItem, itemCount), (ofPeriod, Self.periods)] {
                    var sums = [Double](repeating: 0, count: count)
                    var masses = sums
                    for place in values.indices {
                        sums[groups[place]] += weights[place] * values[place]
                        masses[groups[place]] += weights[place]
                    }
                    for place in values.indices { values[place] -= sums[groups[place]] / masses[groups[place]] }
                }
            }
            return values
        }
        let slope = Slope(
            x: centred(cells.map { 1 - controls[$0] / rows[$0] }),
            y: centred(cells.map { outcomes[$0] / controls[$0] }),
            weights: weights, clusters: ofItem)
        guard let slope else { return nil }
        self.slope = slope
        items = Set(ofItem).count
    }
}
