// Which items a shopper would want next, by four rules. Which of them serves is settled on held-out purchases, because
// it depends on the shop: where baskets repeat, neighbours and factors mostly recall them.

/// A rule that scores items for a shopper.
public enum RankingMethod: UInt8, CaseIterable, Sendable {
    /// How many shoppers bought the item. The only rule for somebody unknown.
    case popularity = 0
    case factors = 1
    /// What is like the things that the shopper has bought.
    case itemNeighbours = 2
    /// What shoppers bought who buy the same things.
    case shopperNeighbours = 3
}

/// Scores items by any rule.
public struct Ranking: Sendable {
    private let weights: SparseRows
    private let factors: ImplicitFactors
    private let similarItems: [[Neighbour]]
    private let shoppers: Neighbourhoods
    private let popularity: [Double]

    /// - Parameter weights: shoppers by items, values r = ln(1 + quantity).
    public init(weights: SparseRows, factors: ImplicitFactors, similarItems: [[Neighbour]]) {
        self.weights = weights
        self.factors = factors
        self.similarItems = similarItems
        let byItem = weights.transposed()
        shoppers = Neighbourhoods(of: weights, transposed: byItem)
        let most = (0..<byItem.count).map { byItem[$0].count }.max() ?? 0
        popularity = (0..<byItem.count).map { Double(byItem[$0].count) / Double(max(most, 1)) }
    }

    public init(_ bundle: ProfileBundle) {
        self.init(
            weights: bundle.purchases.mapValues(ImplicitFactors.weight), factors: bundle.factors,
            similarItems: bundle.similarItems)
    }

    /// A score for every item; 0 or less: nothing speaks for it.
    /// - Parameters:
    ///   - cells: what the shopper has bought, values r.
    ///   - itself: the shopper's own row among the weights, if any.
    public func scores(
        _ cells: ArraySlice<SparseRows.Cell>, itself: Int?, by method: RankingMethod
    ) -> [Double] {
        guard !cells.isEmpty else { return popularity }
        var scores = [Double](repeating: 0, count: popularity.count)
        switch method {
        case .popularity: return popularity
        case .factors:
            let vector = factors.vector(of: cells)
            for item in scores.indices { scores[item] = factors.score(vector, item: item) }
        case .itemNeighbours:
            for cell in cells {
                // An item is like itself.
                scores[cell.column] += cell.value
                for neighbour in similarItems[cell.column] {
                    scores[neighbour.row] += neighbour.similarity * cell.value
                }
            }
        case .shopperNeighbours:
            for cell in cells { scores[cell.column] += cell.value }
            for neighbour in shoppers.neighbours(of: cells, except: itself) {
                for cell in weights[neighbour.row] { scores[cell.column] += neighbour.similarity * cell.value }
            }
        }
        return scores
    }

    /// The best items, best first. Of equal scores the more popular item goes first, then the one of the lower number;
    /// so items for which nothing speaks follow by popularity.
    /// - Parameter excluded: items to leave out, a mark for each.
    public func best(_ scores: [Double], count: Int, excluding excluded: (Int) -> Bool = { _ in false }) -> [Int] {
        let candidates = scores.indices.filter { !excluded($0) }
        return Array(
            candidates.sorted {
                (scores[$1], popularity[$1], $0) < (scores[$0], popularity[$0], $1)
            }.prefix(count))
    }
}
