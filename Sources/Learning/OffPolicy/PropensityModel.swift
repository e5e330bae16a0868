// Which row was shown which price? Where a forest can tell better than the levels' shares, prices were chosen by looking
// at the row, and shares would credit prices with what the choice has done.

import Domain
import Glibc

enum PropensityModel {
    private static let settings = ForestSettings(
        rounds: 40, depth: 3, learningRate: 0.1, shrinkage: 10, leafWeight: 20)
    private static let mostRows = 25_000
    /// Chances are kept at least this high; what lies below is caught as a lack of overlap.
    private static let smallest = 1e-4

    /// Chances of every level, each half of the users judged by a model of the other half.
    /// - Parameter halves: 0 or 1 for each row.
    /// - Returns: (rows, levels); nil where prices cannot be told from rows.
    static func chances(
        _ table: ExposureTable, levels: PriceLevels, shown: [Int], halves: [Int]
    ) throws(LearningError) -> [Double]? {
        let places = [0, 1].map { half in halves.indices.filter { halves[$0] == half } }
        guard places.allSatisfy({ $0.count > 1 }), levels.count > 1 else { return nil }
        let judged = try ConcurrentFits.run(2) { (half) throws(LearningError) in
            let rows = table.rows(at: places[half])
            let learned = sample(places[1 - half])
            let others = table.rows(at: learned)
            let preparation = Preparation(fitting: others)
            return try fit(
                preparation.rows(of: others), learned.map { shown[$0] }, levels,
                judging: preparation.rows(of: rows), width: preparation.featureNames.count)
        }
        var chances = [Double](repeating: 0, count: shown.count * levels.count)
        var gains: [Double] = []
        for half in [0, 1] {
            for (index, row) in places[half].enumerated() {
                for level in 0..<levels.count {
                    chances[row * levels.count + level] = judged[half][index * levels.count + level]
                }
                gains.append(log(chances[row * levels.count + shown[row]] / levels.shares[shown[row]]))
            }
        }
        let gain = Estimate(mean: gains)
        // Random prices give a forest nothing to find, and it loses a little by what it finds nevertheless.
        return gain.value > 3 * gain.standardError ? chances : nil
    }

    /// Evenly from all of them: whether prices depend on rows shows in far fewer than a fit of purchases needs.
    private static func sample(_ places: [Int]) -> [Int] {
        let step = max(1, places.count / mostRows)
        return stride(from: 0, to: places.count, by: step).map { places[$0] }
    }

    /// One forest a level, under the softmax's gradients.
    private static func fit(
        _ rows: [Float], _ shown: [Int], _ levels: PriceLevels, judging judged: [Float], width: Int
    ) throws(LearningError) -> [Double] {
        let trained = try BoosterRows(rows, width: width, threads: 1)
        let asked = try BoosterRows(judged, width: width, threads: 1)
        var members: [Member] = []
        for _ in 0..<levels.count { members.append(try Member(trained, heldOut: nil, settings, threads: 1)) }
        var sides = [BoostingSide](repeating: BoostingSide(count: shown.count), count: levels.count)
        for _ in 0..<settings.rounds {
            for row in shown.indices {
                let shares = softmax(levels.shares, sides.map { $0.sums[row] })
                for level in sides.indices {
                    sides[level].gradients[row] = Float(shares[level] - (shown[row] == level ? 1 : 0))
                    sides[level].hessians[row] = Float(max(shares[level] * (1 - shares[level]), 1e-6))
                }
            }
            for level in sides.indices { try sides[level].grow(members[level]) }
        }
        var sums = [[Float]](repeating: [Float](repeating: 0, count: asked.count), count: levels.count)
        for level in members.indices { try members[level].booster.predict(asked, into: &sums[level]) }
        return (0..<asked.count).flatMap { row in softmax(levels.shares, sums.map { $0[row] }) }
    }

    private static func softmax(_ shares: [Double], _ sums: [Float]) -> [Double] {
        let highest = Double(sums.max() ?? 0)
        let weights = zip(shares, sums).map { $0 * exp(Double($1) - highest) }
        let total = weights.reduce(0, +)
        return weights.map { max($0 / total, smallest) }
    }
}
