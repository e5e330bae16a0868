// The numbers of a level for the rows that they were fitted to. Fitted with the row itself among them, they say something of
// its own outcome, the more the rarer the level; a forest would trust them as it cannot when it is asked of new rows. So
// users fall into five parts, and each row's numbers come from the other four (cross-fitting, Chernozhukov et al., 2018).

import Domain

struct LevelsOfOthers {
    private let values: [String]
    private let parts: [Int]
    /// By part that is left out.
    private let levels: [[String: LevelPreparation.Level]]
    private let unknown: [LevelPreparation.Level]

    private static let partCount = 5

    /// - Parameters: one a row.
    init(_ values: [String], users: [String], _ prices: [Float], _ bought: [Bool]) {
        self.values = values
        // Not the digits that hold users out.
        parts = users.map { Int((ExposureLearner.draw($0) >> 40) % UInt64(Self.partCount)) }
        let centre = LevelPreparation.centre(prices)
        var levels: [[String: LevelPreparation.Level]] = []
        var unknown: [LevelPreparation.Level] = []
        for left in 0..<Self.partCount {
            var sums: [String: PriceResponseSums] = [:]
            var all = PriceResponseSums()
            for row in values.indices where parts[row] != left {
                sums[values[row], default: PriceResponseSums()].add(Double(prices[row]) - centre, bought[row])
                all.add(Double(prices[row]) - centre, bought[row])
            }
            let everybody = LevelPreparation.Everybody(all)
            levels.append(Dictionary(uniqueKeysWithValues: sums.map { ($0, everybody.level($0, $1)) }))
            unknown.append(everybody.level("", PriceResponseSums()))
        }
        self.levels = levels
        self.unknown = unknown
    }

    func level(of row: Int) -> LevelPreparation.Level {
        levels[parts[row]][values[row]] ?? unknown[parts[row]]
    }
}
