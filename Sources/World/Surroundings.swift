// What a world may have besides shoppers and items. Each part draws from streams of its own, so that a world without
// any of them is, number by number, the world that it was before there were any.

import Domain

/// Rivals, seasons, stock: what surrounds a decision.
public struct Surroundings: Equatable, Sendable {
    /// Rivals that sell the same items.
    public var competitors: Int
    /// Whether demand follows the week, the year and holidays.
    public var hasSeasons: Bool
    /// Whether an item can be sold out.
    public var hasStock: Bool

    public static let none = Surroundings()
    public static let mostCompetitors = 50

    /// - Precondition: 0 to `mostCompetitors` rivals.
    public init(competitors: Int = 0, hasSeasons: Bool = false, hasStock: Bool = false) {
        precondition(0...Self.mostCompetitors ~= competitors, "rivals are counted")
        self.competitors = competitors
        self.hasSeasons = hasSeasons
        self.hasStock = hasStock
    }
}

extension Surroundings {
    /// Monday, 2026-01-05.
    private static let start = Timestamp(milliseconds: 1_767_571_200_000)

    /// When random prices are shown: six weeks; half a year where prices of rivals, or stock, should move; two years
    /// where seasons should come twice.
    var exposurePeriod: Range<Timestamp> {
        Self.weeks(hasSeasons ? 104 : competitors > 0 || hasStock ? 26 : 6, from: Self.start)
    }

    /// When questions are asked: right after. One week, which is also one cycle of stock; without stock, a year where
    /// there are seasons.
    var questionPeriod: Range<Timestamp> {
        Self.weeks(hasSeasons && !hasStock ? 52 : 1, from: exposurePeriod.upperBound)
    }

    /// When a learner sells: as long as random prices would be shown, or, with nothing around, as it always was.
    var coursePeriod: Range<Timestamp> { self == .none ? questionPeriod : exposurePeriod }

    private static func weeks(_ count: Int64, from start: Timestamp) -> Range<Timestamp> {
        start..<start.adding(milliseconds: count * ShopCalendar.millisecondsPerWeek)
    }
}

extension Timestamp {
    /// UTC days since 1970-01-01.
    public var day: Int64 { Int64(ShopCalendar.utc.day(of: self)) }
    /// UTC weeks since 1970-01-01, which begin on Mondays.
    public var week: Int64 { Int64(ShopCalendar.utc.week(of: self)) }
}
