// Some categories sell on Saturdays, some in summer, some before holidays. A season moves the log-odds of buying, and so
// leaves the shape of demand in the price alone. Each cycle sums to zero: seasons say when people buy, not how much.

import Domain
import Glibc

/// What the calendar says of a day.
public struct SeasonDay: Equatable, Sendable {
    /// 0 is Monday.
    public let weekday: Int
    /// From 1.
    public let dayOfYear: Int
    let daysInYear: Int
    /// nil on ordinary days.
    public let holiday: String?

    /// Names and days, as month · 100 + day.
    public static let holidays = [
        101: "new-year", 214: "valentine", 501: "labour-day", 624: "midsummer", 1031: "halloween",
        1224: "christmas-eve", 1225: "christmas", 1231: "new-years-eve",
    ]

    init(_ time: Timestamp) {
        let day = time.day
        weekday = Int((day % 7 + 10) % 7)
        var left = Int(day)
        var year = 1970
        while left < 0 || left >= Self.days(in: year) {
            if left < 0 {
                year -= 1
                left += Self.days(in: year)
            } else {
                left -= Self.days(in: year)
                year += 1
            }
        }
        dayOfYear = left + 1
        daysInYear = Self.days(in: year)
        var month = 1
        for length in [31, daysInYear - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            guard left >= length else { break }
            left -= length
            month += 1
        }
        holiday = Self.holidays[month * 100 + left + 1]
    }

    private static func days(in year: Int) -> Int {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365
    }
}

/// By how much seasons move the log-odds of buying, by category.
struct Seasons: Sendable {
    private struct Cycle: Sendable {
        /// Sums to 0.
        var weekdays: [Double]
        /// Of cosine and sine, once and twice a year.
        var waves: [Double]
        var holiday: Double
    }

    private let cycles: [Cycle]

    init(seed: UInt64) {
        cycles = Item.categories.indices.map { category in
            var draws = Draws(seed: seed, "seasons", UInt64(category))
            let weekdays = (0..<7).map { _ in 0.3 * draws.normal() }
            let mean = weekdays.reduce(0, +) / 7
            return Cycle(
                weekdays: weekdays.map { $0 - mean },
                waves: [0.45, 0.45, 0.15, 0.15].map { $0 * draws.normal() }, holiday: 0.6 * draws.normal())
        }
    }

    /// - Parameter category: index into `Item.categories`.
    func shift(category: Int, on day: SeasonDay) -> Double {
        let cycle = cycles[category]
        let angle = 2 * Double.pi * Double(day.dayOfYear) / Double(day.daysInYear)
        let wave =
            cycle.waves[0] * cos(angle) + cycle.waves[1] * sin(angle) + cycle.waves[2] * cos(2 * angle)
            + cycle.waves[3] * sin(2 * angle)
        let holidays = Double(SeasonDay.holidays.count) / Double(day.daysInYear)
        return cycle.weekdays[day.weekday] + wave + cycle.holiday * ((day.holiday == nil ? 0 : 1) - holidays)
    }
}
