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
        let time = start.adding(milliseconds: Int64(elapsed / 1_000) * 1_000)
        return Question(
            shopperNumber: shopper, itemNumber: item, shopper: world.shopper(shopper), item: world.item(item),
            moment: moment, time: time, rivals: world.rivalOffers(item: item, at: time),
            day: world.surroundings.hasSeasons ? SeasonDay(time) : nil)
    }
}

extension KnownWorld {
    /// Shows random prices to random shoppers. Where there is stock, who finds the shelf empty sees no price.
    /// - Parameters:
    ///   - rows: shoppers who come.
    ///   - body: called for each price shown, in ascending order of time.
    public func exposures<Failure: Error>(
        rows: Int, shoppers: Int = shopperCount, items: Int = itemCount,
        _ body: (RandomExposure) throws(Failure) -> Void
    ) throws(Failure) {
        var draws = Draws(seed: seed, "exposures")
        var stream = QuestionStream(
            self, rows: rows, shoppers: shoppers, items: items, period: surroundings.exposurePeriod)
        var shelves = surroundings.hasStock ? Shelves(self, items: items, arrivals: exposureArrivals(rows, items)) : nil
        for _ in 0..<rows {
            let question = stream.next(&draws)
            let price = question.item.price(atRatio: RandomExposure.ratios[draws.below(RandomExposure.ratios.count)])
            let logRatio = log(price.real / question.item.referencePrice.real)
            let isBought = draws.fraction() < demand(question).probability(atLogRatio: logRatio)
            let place = Int(question.itemNumber)
            if let units = shelves?.units(item: place, at: question.time), units == 0 { continue }
            if isBought { shelves?.take(item: place, at: question.time) }
            try body(RandomExposure(question: question, price: price, isBought: isBought))
        }
    }

    /// Shoppers before an item in one cycle, on average.
    private func exposureArrivals(_ rows: Int, _ items: Int) -> Double {
        Double(rows) / Double(items) / Double(surroundings.exposurePeriod.weeks)
    }

    /// Fresh rows to find prices for, right after the exposures.
    /// - Parameter body: called for each row, in ascending order of time.
    public func questions<Failure: Error>(
        rows: Int, shoppers: Int = shopperCount, items: Int = itemCount, _ body: (Question) throws(Failure) -> Void
    ) throws(Failure) {
        try questions(rows, shoppers, items, surroundings.questionPeriod, body)
    }

    /// Rows for a learner that sells from the first one on.
    /// - Parameter body: called for each row, in ascending order of time.
    public func course<Failure: Error>(
        rows: Int, _ body: (Question) throws(Failure) -> Void
    ) throws(Failure) {
        try questions(rows, Self.shopperCount, Self.itemCount, surroundings.coursePeriod, body)
    }

    /// Shoppers before an item in one cycle of a course, on average.
    public func courseArrivals(rows: Int) -> Double {
        Double(rows) / Double(Self.itemCount) / Double(surroundings.coursePeriod.weeks)
    }

    private func questions<Failure: Error>(
        _ rows: Int, _ shoppers: Int, _ items: Int, _ period: Range<Timestamp>,
        _ body: (Question) throws(Failure) -> Void
    ) throws(Failure) {
        var draws = Draws(seed: seed, "questions")
        var stream = QuestionStream(self, rows: rows, shoppers: shoppers, items: items, period: period)
        for _ in 0..<rows { try body(stream.next(&draws)) }
    }
}

extension Range<Timestamp> {
    /// Whole weeks.
    fileprivate var weeks: Int64 {
        (upperBound.milliseconds - lowerBound.milliseconds) / ShopCalendar.millisecondsPerWeek
    }
}
