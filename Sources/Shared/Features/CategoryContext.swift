// What else a shopper could buy. Products of one category stand in for each other: who usually buys several of them buys
// less of one when another is cheap or in the mailer. The pull of the others is weighted with what the shopper usually
// buys of each (a share of the logit's attraction: McFadden, 1974), so a deal on what a shopper never buys moves nothing.
//
// A sum over the category of a smoothed share is a sum over the product rates, the same for everybody, and one over what
// the shopper has bought. So a cart costs no more in a category of a thousand products than in one of ten.

import Domain
import Glibc

/// The products of one category as the market sees them in one week.
public struct CategoryContext: Equatable, Sendable {
    /// Ascending.
    let products: [ProductKey]
    /// Of each product; (products.count,).
    let pulls: [Double]
    /// The sum of the products' rates.
    let rate: Double
    /// The sum of rate · pull.
    let pulledRate: Double

    /// - Parameters:
    ///   - items: all that the model knows of the category, each product once, in any order.
    ///   - name: of the category. Products without one stand in for nothing.
    public init(_ items: [ItemContext], named name: String) {
        let items = name.isEmpty ? [] : items.sorted { $0.product < $1.product }
        products = items.map(\.product)
        pulls = items.map(\.pull)
        rate = items.reduce(0) { $0 + Double($1.rate) }
        pulledRate = items.reduce(0) { $0 + Double($1.rate) * $1.pull }
    }

    /// What a price and a mailer add to the odds of a purchase: a power of −2, and half as much again for a mailer in
    /// every store. On held-out weeks of the sample data twice that of the mailer does as well.
    static func pull(logPrice: Double, mailerShare: Double) -> Double { exp(-2 * logPrice + 0.4 * mailerShare) - 1 }
}

/// What one shopper usually buys in a category; computed once a cart and category, then read by every line.
public struct CategoryHabit: Equatable, Sendable {
    private let context: CategoryContext
    /// The shopper's trips, fading slowly, and those that the smoothing adds.
    private let trips: Double
    /// The sum of the fading weeks in which each product was bought.
    private var weight = 0.0
    /// The sum of weight · pull.
    private var pulledWeight = 0.0

    /// O(p · log q), p the smaller and q the larger of the numbers of products in the category and in the history.
    public init(_ context: CategoryContext, summary: ShopperSummary, history: ShopperHistory) {
        self.init(context, trips: summary.slowTrips)
        guard context.products.count > 1 else { return }
        if context.products.count <= history.products.count {
            for (index, product) in context.products.enumerated() {
                add(summary.weeksBought(product, in: history), at: index)
            }
        } else {
            for entry in history.products {
                let index = context.products.partitioningIndex { $0 >= entry.product }
                guard index < context.products.count, context.products[index] == entry.product else { continue }
                add(summary.weeksBought(entry), at: index)
            }
        }
    }

    /// A shopper nobody knows buys what everybody buys.
    public init(ofAnybodyIn context: CategoryContext) { self.init(context, trips: 0) }

    private init(_ context: CategoryContext, trips: Float) {
        self.context = context
        self.trips = Double(trips + PersonalItem.slowStrength)
    }

    private mutating func add(_ weeks: UInt64, at index: Int) {
        let bought = Double(Recency.slow.weight(of: weeks))
        weight += bought
        pulledWeight += bought * context.pulls[index]
    }

    /// How the others of the category draw the shopper away from one product this week: the logarithm of a factor, 0
    /// when all cost what they usually do or there are no others.
    /// - Parameters:
    ///   - item: one of the category.
    ///   - share: the shopper's slow one of it.
    ///   - weeks: in which the shopper bought it.
    func substitutePull(awayFrom item: ItemContext, share: Float, weeks: UInt64) -> Float {
        guard context.products.count > 1 else { return 0 }
        let strength = Double(PersonalItem.slowStrength)
        let bought = Double(Recency.slow.weight(of: weeks))
        let rate = Double(item.rate)
        let others = (weight - bought + strength * (context.rate - rate)) / trips
        let pulled =
            (pulledWeight - bought * item.pull + strength * (context.pulledRate - rate * item.pull)) / trips
        return Float(log1p(pulled / (Double(share) + others + 0.001)))
    }
}
