// How well a rule finds what shoppers bought next. Their last purchases are held out and looked for among the first ten
// items of the ranking of everything: not among a few sampled items, which favours weak rules (Krichene and Rendle, 2020).

import Domain
import Glibc

public struct RankingQuality: Equatable, Sendable {
    public static let depth = 10
    static let mostShoppers = 5_000

    public let method: RankingMethod
    /// The share of shoppers with a hit among the first ten.
    public private(set) var hitRate = 0.0
    /// Hits discounted by the log of their rank, relative to the best order; 0 to 1.
    public private(set) var ndcg = 0.0
    public private(set) var shoppers = 0

    /// - Parameters:
    ///   - weights: what is known, shoppers by items.
    ///   - held: what each shopper bought last; those with nothing held or nothing known are not judged.
    ///   - again: whether items count that the shopper has bought before; if not, they are neither shown nor looked for.
    public init(
        _ method: RankingMethod, _ ranking: Ranking, weights: SparseRows, held: [Set<Int>], again: Bool,
        seed: UInt64, threads: Int
    ) {
        self.method = method
        let known = (0..<weights.count).map { row in again ? [] : Set(weights[row].map(\.column)) }
        var judged = held.indices.filter { !weights[$0].isEmpty && !held[$0].subtracting(known[$0]).isEmpty }
        var draws = Draws(seed: seed, "judged shoppers")
        if judged.count > Self.mostShoppers {
            judged = Array(judged.shuffled(using: &draws).prefix(Self.mostShoppers))
        }
        let results = RowBlocks.compute(rows: judged.count, threads: threads) { [judged] block in
            block.map { place -> (hit: Bool, gain: Double) in
                let shopper = judged[place]
                let wanted = held[shopper].subtracting(known[shopper])
                let scores = ranking.scores(weights[shopper], itself: shopper, by: method)
                let shown = ranking.best(scores, count: Self.depth) { known[shopper].contains($0) }
                let hits = shown.indices.filter { wanted.contains(shown[$0]) }
                let ideal = (0..<min(wanted.count, Self.depth)).reduce(0) { $0 + Self.discount($1) }
                return (!hits.isEmpty, hits.reduce(0) { $0 + Self.discount($1) } / ideal)
            }
        }
        shoppers = results.count
        guard shoppers > 0 else { return }
        hitRate = Double(results.count { $0.hit }) / Double(shoppers)
        ndcg = results.reduce(0) { $0 + $1.gain } / Double(shoppers)
    }

    private static func discount(_ rank: Int) -> Double { 1 / log2(Double(rank) + 2) }
}
