// Items to offer a shopper, and their order once each has its price. The profile says how much they would like an item,
// whatever it costs; the response model says how likely they buy it at their price. The two are multiplied and brought
// to a sum of 1,
//
//     share(i) = preference(i)·P(i) / Σ preference(j)·P(j),
//
// which is the choice among the candidates of a shopper whose utility of an item is ln preference + ln P (Luce, 1959).

public struct Candidate: Equatable, Sendable {
    public let item: String
    /// The score of the ranking rule, of which the candidates' sum is 1.
    public let preference: Double
    public let boughtBefore: Bool
}

public struct Candidates: Equatable, Sendable {
    /// How the candidates were found.
    public let method: RankingMethod
    /// By preference, best first.
    public let all: [Candidate]

    /// - Parameters:
    ///   - itself: the shopper's place in the bundle, if any.
    ///   - method: nil: the one that did best when the bundle was learned.
    ///   - again: whether to offer what they have bought before; nil: if shoppers here buy things again.
    public init(
        for profile: Profile, itself: Int?, in bundle: ProfileBundle, count: Int, method: RankingMethod? = nil,
        again: Bool? = nil
    ) {
        self.method = profile.isKnown ? method ?? bundle.method : .popularity
        let ranking = Ranking(bundle)
        let scores = ranking.scores(
            profile.purchases.mapValues(ImplicitFactors.weight)[0], itself: itself, by: self.method)
        let bought = Set(profile.purchases[0].map(\.column))
        let leavesOut = !(again ?? bundle.sellsAgain)
        let best = ranking.best(scores, count: count) { leavesOut && bought.contains($0) }
        // What nothing speaks for keeps a little, so that a price can still lift it.
        let floor = 0.001 * (best.map { scores[$0] }.max().map { max($0, 0) } ?? 0)
        let preferences = best.map { max(scores[$0], max(floor, 1e-12)) }
        let total = preferences.reduce(0, +)
        all = zip(best, preferences).map { item, preference in
            Candidate(
                item: bundle.items[item], preference: preference / total, boughtBefore: bought.contains(item))
        }
    }

    /// The chance of each to be the one that is chosen. Same order as given.
    /// - Parameter offers: preference, and the chance of a purchase at what they would pay.
    public static func shares(_ offers: [(preference: Double, probability: Double)]) -> [Double] {
        let products = offers.map { $0.preference * $0.probability }
        let total = products.reduce(0, +)
        guard total > 0 else { return offers.map { _ in 1 / Double(offers.count) } }
        return products.map { $0 / total }
    }
}
