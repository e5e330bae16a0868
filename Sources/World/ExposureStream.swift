// Rows one after another, so that a million of them need no memory. Questions come from a stream of their own: they
// are fresh whatever was generated before.

import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// Draws questions: who stands before what, when.
struct QuestionStream {
    private let world: KnownWorld
    private let shoppers: Int
    private let items: Int
    private let start: Timestamp
    private let spacingMilliseconds: Double
    private var row = 0

    /// - Parameter period: rows are spread over it; their times ascend.
    /// - Precondition: counts are positive.
    init(_ world: KnownWorld, rows: Int, shoppers: Int, items: Int, period: Range<Timestamp>) {
        precondition(rows > 0 && shoppers > 0 && items > 0, "nobody, nothing or never")
        self.world = world
        self.shoppers = shoppers
        self.items = items
        start = period.lowerBound
        spacingMilliseconds = Double(period.upperBound.milliseconds - start.milliseconds) / Double(rows)
    }

    mutating func next(_ draws: inout Draws) -> Question {
        let shopper = UInt64(draws.below(shoppers))
        let item = UInt64(draws.below(items))
        let moment = Moment(&draws)
        let elapsed = (Double(row) + draws.fraction()) * spacingMilliseconds
        row += 1
        return Question(
            shopperNumber: shopper, itemNumber: item, shopper: world.shopper(shopper), item: world.item(item),
            moment: moment, time: start.adding(milliseconds: Int64(elapsed / 1_000) * 1_000))
    }
}

extension KnownWorld {
    /// Six weeks from Monday, 2026-01-05.
    static let exposurePeriod = weeks(from: 1_767_571_200_000, count: 6)
    /// The week after them.
    static let questionPeriod = weeks(from: exposurePeriod.upperBound.milliseconds, count: 1)

    private static func weeks(from milliseconds: Int64, count: Int64) -> Range<Timestamp> {
        let start = Timestamp(milliseconds: milliseconds)
        return start..<start.adding(milliseconds: count * 7 * 86_400_000)
    }

    /// Shows random prices to random shoppers.
    /// - Parameter body: called for each row, in ascending order of time.
    public func exposures<Failure: Error>(
        rows: Int, shoppers: Int = shopperCount, items: Int = itemCount,
        _ body: (RandomExposure) throws(Failure) -> Void
    ) throws(Failure) {
        var draws = Draws(seed: seed, "exposures")
        var stream = QuestionStream(
            self, rows: rows, shoppers: shoppers, items: items, period: Self.exposurePeriod)
        for _ in 0..<rows {
            let question = stream.next(&draws)
            let price = question.item.price(atRatio: RandomExposure.ratios[draws.below(RandomExposure.ratios.count)])
            let demand = demand(question.shopper, question.item, question.moment)
            let logRatio = log(price.real / question.item.referencePrice.real)
            let isBought = draws.fraction() < demand.probability(atLogRatio: logRatio)
            try body(RandomExposure(question: question, price: price, isBought: isBought))
        }
    }

    /// Fresh rows to find prices for, in the week after the exposures.
    /// - Parameter body: called for each row, in ascending order of time.
    public func questions<Failure: Error>(
        rows: Int, shoppers: Int = shopperCount, items: Int = itemCount, _ body: (Question) throws(Failure) -> Void
    ) throws(Failure) {
        var draws = Draws(seed: seed, "questions")
        var stream = QuestionStream(self, rows: rows, shoppers: shoppers, items: items, period: Self.questionPeriod)
        for _ in 0..<rows { try body(stream.next(&draws)) }
    }
}
