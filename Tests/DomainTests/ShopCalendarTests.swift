// Days and weeks of the shop's own wall clock. The offsets are those of New York around 2024, by hand.

import Domain
import Testing

@Suite struct ShopCalendarTests {
    private static let hour: Int64 = 3_600_000
    /// 2024-03-10T07:00Z: clocks go from 02:00 EST to 03:00 EDT.
    private static let spring = Timestamp(milliseconds: 1_710_054_000_000)
    /// 2024-11-03T06:00Z: clocks go from 02:00 EDT to 01:00 EST.
    private static let autumn = Timestamp(milliseconds: 1_730_613_600_000)

    private let newYork = ShopCalendar(offsets: [
        .init(start: Timestamp(milliseconds: 1_699_164_000_000), offsetMilliseconds: -5 * hour),
        .init(start: spring, offsetMilliseconds: -4 * hour),
        .init(start: autumn, offsetMilliseconds: -5 * hour),
    ])

    @Test func anOffsetHoldsFromItsFirstMillisecondOn() {
        #expect(newYork.offsetMilliseconds(at: Self.spring.adding(milliseconds: -1)) == -5 * Self.hour)
        #expect(newYork.offsetMilliseconds(at: Self.spring) == -4 * Self.hour)
        #expect(newYork.offsetMilliseconds(at: Self.autumn.adding(milliseconds: -1)) == -4 * Self.hour)
        #expect(newYork.offsetMilliseconds(at: Self.autumn) == -5 * Self.hour)
    }

    @Test func theFirstOffsetCoversThePastAndTheLastTheFuture() {
        #expect(newYork.offsetMilliseconds(at: Timestamp(milliseconds: -1)) == -5 * Self.hour)
        #expect(newYork.offsetMilliseconds(at: Timestamp.acceptable.upperBound) == -5 * Self.hour)
    }

    /// Local midnight before and after a transition, and the hours between them.
    @Test(arguments: [
        // Sunday 2024-03-10 began at 05:00Z and the next day at 04:00Z.
        (Timestamp(milliseconds: 1_710_046_800_000), Int64(23)),
        // Sunday 2024-11-03 began at 04:00Z and the next day at 05:00Z.
        (Timestamp(milliseconds: 1_730_606_400_000), Int64(25)),
    ])
    func aDayOfTheTransitionIsShorterOrLonger(midnight: Timestamp, hours: Int64) {
        let day = newYork.day(of: midnight)
        let next = midnight.adding(milliseconds: hours * Self.hour)
        #expect(newYork.day(of: midnight.adding(milliseconds: -1)) == day - 1)
        #expect(newYork.day(of: next.adding(milliseconds: -1)) == day)
        #expect(newYork.day(of: next) == day + 1)
        // Both transitions fall on the last day of a week.
        #expect(newYork.week(of: next.adding(milliseconds: -1)) == newYork.week(of: midnight))
        #expect(newYork.week(of: next) == newYork.week(of: midnight) + 1)
    }

    @Test func weeksBeginOnMondayAtLocalMidnight() {
        // Monday 2024-01-01, 05:00Z in New York.
        let monday = Timestamp(milliseconds: 1_704_085_200_000)
        let week = newYork.week(of: monday)
        #expect(newYork.week(of: monday.adding(milliseconds: -1)) == week - 1)
        for day in Int64(0)..<7 {
            #expect(newYork.week(of: monday.adding(milliseconds: day * ShopCalendar.millisecondsPerDay)) == week)
        }
        #expect(newYork.week(of: monday.adding(milliseconds: ShopCalendar.millisecondsPerWeek)) == week + 1)
    }

    @Test func countingBeginsAroundTheEpoch() {
        let monday = Timestamp(milliseconds: -3 * ShopCalendar.millisecondsPerDay)
        #expect(ShopCalendar.utc.day(of: Timestamp(milliseconds: 0)) == 0)
        #expect(ShopCalendar.utc.week(of: Timestamp(milliseconds: 0)) == 0)
        #expect(ShopCalendar.utc.week(of: monday) == 0)
    }

    @Test func timesBeforeTheEpochCountDownWithoutASeam() {
        let monday = Timestamp(milliseconds: -3 * ShopCalendar.millisecondsPerDay)
        #expect(ShopCalendar.utc.day(of: Timestamp(milliseconds: -1)) == -1)
        #expect(ShopCalendar.utc.day(of: Timestamp(milliseconds: -ShopCalendar.millisecondsPerDay)) == -1)
        #expect(ShopCalendar.utc.day(of: Timestamp(milliseconds: -ShopCalendar.millisecondsPerDay - 1)) == -2)
        #expect(ShopCalendar.utc.week(of: monday.adding(milliseconds: -1)) == -1)
        // Just before midnight UTC on the first day is still the day before in New York.
        #expect(newYork.day(of: Timestamp(milliseconds: 0)) == -1)
    }

    @Test func dayAndWeekNeverStepBackAsTimePasses() {
        var time = Self.spring.adding(milliseconds: -20 * ShopCalendar.millisecondsPerDay)
        var (day, week) = (newYork.day(of: time), newYork.week(of: time))
        while time < Self.autumn.adding(milliseconds: 20 * ShopCalendar.millisecondsPerDay) {
            time = time.adding(milliseconds: 17 * 60_000)
            let (nextDay, nextWeek) = (newYork.day(of: time), newYork.week(of: time))
            #expect(nextDay == day || nextDay == day + 1)
            #expect(nextWeek == week || nextWeek == week + 1 && nextDay == day + 1)
            (day, week) = (nextDay, nextWeek)
        }
    }

    @Test func everyAcceptableTimeHasADayAndAWeek() {
        #expect(newYork.day(of: Timestamp.acceptable.upperBound) == 2_932_896)
        #expect(newYork.week(of: Timestamp.acceptable.upperBound) == 418_985)
    }
}
