// Hits and NDCG on a shop small enough to count by hand.

import Glibc
import Profiles
import Testing

@Suite struct RankingQualityTests {
    /// Fourteen items; item 0 has the most buyers, item 13 the fewest. Shopper 0 has bought items 1 and 3.
    private let weights: SparseRows
    private let ranking: Ranking

    init() {
        let entries =
            [(row: 0, column: 1, value: 1.0), (row: 0, column: 3, value: 1.0)]
            + (0..<14).flatMap { item in (item..<28).map { (row: 1 + $0, column: item, value: 1.0) } }
        weights = SparseRows(rowCount: 29, columnCount: 14, entries: entries)
        let factors = ImplicitFactors.fit(weights, ImplicitSettings(factors: 2, sweeps: 1)).model
        ranking = Ranking(
            weights: weights, factors: factors, similarItems: Neighbourhoods(of: weights.transposed()).all())
    }

    private func quality(_ held: [Int: Set<Int>], again: Bool) -> RankingQuality {
        RankingQuality(
            .popularity, ranking, weights: weights, held: (0..<29).map { held[$0] ?? [] }, again: again, seed: 1,
            threads: 2)
    }

    private func discount(_ rank: Double) -> Double { 1 / log2(rank + 1) }

    @Test func hitsAreWorthLessFurtherDown() {
        // Items 0 and 1 have as many buyers as each other, and so have 2 and 3: they go by their number.
        let one = quality([0: [2]], again: true)
        #expect(one.shoppers == 1 && one.hitRate == 1)
        #expect(abs(one.ndcg - discount(3)) < 1e-12)
        let two = quality([0: [1, 13]], again: true)
        #expect(abs(two.ndcg - discount(2) / (discount(1) + discount(2))) < 1e-12)
        let none = quality([0: [10], 1: [0]], again: true)
        #expect(none.shoppers == 2 && none.hitRate == 0.5)
    }

    @Test func whatWasBoughtBeforeIsNeitherShownNorLookedFor() {
        // Without items 1 and 3 item 2 comes second.
        let one = quality([0: [2, 3]], again: false)
        #expect(abs(one.ndcg - discount(2)) < 1e-12)
        #expect(quality([0: [1, 3]], again: false).shoppers == 0)
        #expect(quality([0: [10]], again: false).hitRate == 1)
    }
}
