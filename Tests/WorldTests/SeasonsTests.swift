import Domain
import Foundation
import Testing
import World

@Suite struct SeasonsTests {
    /// From 2026-01-01 on; 2028 is a leap year.
    private static func day(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: 1_767_225_600_000 + Int64(number) * ShopCalendar.millisecondsPerDay)
    }

    private static let world = KnownWorld(law: .logit, seed: 6, Surroundings(hasSeasons: true))

    @Test(arguments: Item.categories.indices)
    func overAYearTheSeasonsCancel(_ category: Int) {
        for (start, days) in [(0, 365), (365, 365), (730, 366)] {
            let shifts = (start..<start + days).map { Self.world.seasonShift(category: category, at: Self.day($0)) }
            #expect(abs(shifts.reduce(0, +) / Double(days)) < 0.005)
            // And yet there is something to cancel.
            #expect((shifts.max() ?? 0) - (shifts.min() ?? 0) > 0.3)
        }
    }

    @Test func aSeasonMovesLogOddsByTheSameAtEveryPrice() {
        let plain = KnownWorld(law: .logit, seed: 6)
        for question in Self.world.questions(200) {
            let shift = Self.world.seasonShift(category: question.item.category, at: question.time)
            let here = Self.world.demand(question)
            let there = plain.demand(question.shopper, question.item, question.moment)
            for x in [-0.2, 0, 0.1] {
                let odds = [here, there].map { demand in
                    log(demand.probability(atLogRatio: x) / (1 - demand.probability(atLogRatio: x)))
                }
                #expect(abs(odds[0] - odds[1] - shift) < 1e-9)
            }
        }
    }

    /// Days that anybody can look up.
    @Test func theCalendarIsRight() throws {
        let questions = Self.world.questions(20_000)
        let days = Dictionary(
            questions.compactMap { question in question.day.map { (question.time.day, $0) } },
            uniquingKeysWith: { first, _ in first })
        // 2028-02-29, a Tuesday; 2028-12-25, a Monday.
        let leap = try #require(days[21_243])
        #expect(leap.weekday == 1 && leap.dayOfYear == 60 && leap.holiday == nil)
        let christmas = try #require(days[21_543])
        #expect(christmas.weekday == 0 && christmas.dayOfYear == 360 && christmas.holiday == "christmas")
        // Questions begin on 2028-01-03 and end with the year.
        #expect(Set(days.values.compactMap(\.holiday)) == Set(SeasonDay.holidays.values).subtracting(["new-year"]))
    }

    @Test func exposuresSpanTwoYearsAndQuestionsTheNext() throws {
        let year = 365 * ShopCalendar.millisecondsPerDay
        let times = Self.world.exposures(3_000).map(\.question.time.milliseconds)
        let asked = Self.world.questions(3_000).map(\.time.milliseconds)
        let (first, last) = (try #require(times.first), try #require(times.last))
        #expect(last - first > 2 * year - 7 * ShopCalendar.millisecondsPerDay)
        #expect(try #require(asked.first) > last)
        #expect(try #require(asked.last) - last > year - 7 * ShopCalendar.millisecondsPerDay)
    }
}
