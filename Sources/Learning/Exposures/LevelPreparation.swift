// A column of words: how often each level bought, and how strongly it minded the price.

import Domain

struct LevelPreparation: Equatable, Sendable {
    struct Level: Equatable, Sendable {
        var name: String
        /// Log-odds of a purchase.
        var logOdds: Float
        /// Loss of log-odds for one unit of log price.
        var slope: Float
    }

    /// Ascending by name.
    var levels: [Level]
    /// What stands for a level that nobody has seen.
    var unknown: Level
    /// Whether each level has a column of its own.
    var isSpread: Bool

    /// At most this many levels are spread.
    private static let mostSpread = 16
    /// Levels that are kept; the most frequent ones.
    private static let mostLevels = 4_096
    /// Everybody counts as this many rows of each level's own.
    private static let strength = 50.0

    init(levels: [Level], unknown: Level, isSpread: Bool) {
        self.levels = levels
        self.unknown = unknown
        self.isSpread = isSpread
    }

    /// - Parameters: one value a row.
    init(fitting values: [String], prices: [Float], bought: [Bool]) {
        var sums: [String: PriceResponseSums] = [:]
        let centre = Self.centre(prices)
        var all = PriceResponseSums()
        for row in values.indices {
            sums[values[row], default: PriceResponseSums()].add(Double(prices[row]) - centre, bought[row])
            all.add(Double(prices[row]) - centre, bought[row])
        }
        let everybody = Everybody(all)
        unknown = everybody.level("", PriceResponseSums())
        let kept = sums.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(Self.mostLevels)
        levels = kept.map { everybody.level($0, $1) }.sorted { $0.name < $1.name }
        isSpread = sums.count > 1 && sums.count <= Self.mostSpread
    }

    static func centre(_ prices: [Float]) -> Double {
        prices.reduce(0.0) { $0 + Double($1) } / Double(max(1, prices.count))
    }

    /// What each level is pulled towards.
    struct Everybody {
        private let rate: Double
        private let slope: Double
        /// Of the squares of prices that stand in for everybody.
        private let squares: Double

        init(_ all: PriceResponseSums) {
            rate = all.bought / max(1, all.count)
            slope = all.slope(rate: rate, towards: 0, strength: 0)
            squares = strength * all.priceSquares / max(1, all.count)
        }

        func level(_ name: String, _ own: PriceResponseSums) -> Level {
            let ownRate = (own.bought + strength * rate) / (own.count + strength)
            return Level(
                name: name, logOdds: PriceResponseSums.logOdds(ownRate),
                slope: Float(own.slope(rate: ownRate, towards: slope, strength: squares)))
        }
    }

    /// Whether a row is much of what is known of its level.
    func isFinelyCut(rows: Int) -> Bool { rows < Self.amply * levels.count }

    /// Rows of a level among which one does not matter.
    private static let amply = 1_000

    var width: Int { 2 + (isSpread ? levels.count : 0) }

    func append(_ value: String, to row: inout [Float]) {
        let place = levels.sortedIndex(of: value, by: \.name)
        let level = place.map { levels[$0] } ?? unknown
        row.append(level.logOdds)
        row.append(level.slope)
        if isSpread { for index in levels.indices { row.append(index == place ? 1 : 0) } }
    }
}
