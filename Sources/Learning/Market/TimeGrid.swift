// Times as a shop's files write them, and the even steps that they fall on. Forecasting counts periods, so every time
// must be a whole number of them after the first: one that is not is a mistake, never rounded away.

import Domain

/// How a file writes times.
public enum TimeStyle: Sendable {
    /// Whole numbers: week numbers, or seconds since 1970.
    case number
    /// `2026-01-31`; counted in days.
    case date
    /// `2026-01-31T23:59:59`, UTC; counted in seconds.
    case timestamp
}

/// The even steps on which all items of a file are counted.
public struct TimeGrid: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        /// So many of the style's units.
        case even(Int64)
        /// From one first of a month to the next.
        case month
    }

    public let style: TimeStyle
    let step: Step
    /// The time of period 0; with months, its month since 1970.
    let origin: Int64

    /// The grid whose step is the most frequent distance between neighbours of an item.
    /// - Parameter items: the times of each item, ascending and different.
    /// - Returns: nil when no item has two.
    init?(style: TimeStyle, items: [[Int64]]) {
        var counts: [Int64: Int] = [:]
        for times in items {
            for (before, after) in zip(times, times.dropFirst()) { counts[after - before, default: 0] += 1 }
        }
        // The shortest of those that are equally frequent.
        guard let step = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key,
            let first = items.compactMap(\.first).min()
        else { return nil }
        self.style = style
        let perDay: Int64 = style == .timestamp ? 86_400 : 1
        let areFirsts =
            style != .number && (28...31).contains(step / perDay)
            && items.allSatisfy { $0.allSatisfy { $0 % perDay == 0 && Civil(day: $0 / perDay).day == 1 } }
        self.step = areFirsts ? .month : .even(step)
        origin = areFirsts ? Civil(day: first / perDay).month : first
    }

    /// The number of the period that begins at `time`; nil between two.
    func period(of time: Int64) -> Int? {
        switch step {
        case .even(let length):
            let distance = time - origin
            return distance % length == 0 ? Int(distance / length) : nil
        case .month:
            let perDay: Int64 = style == .timestamp ? 86_400 : 1
            let civil = Civil(day: floorDivide(time, perDay))
            return time % perDay == 0 && civil.day == 1 ? Int(civil.month - origin) : nil
        }
    }

    /// Periods between most neighbours of an item; nil when there are no two, or none is more frequent than the others.
    /// - Parameter times: of the item, ascending and different.
    func usualDistance(of times: [Int64]) -> Int? {
        let periods = times.compactMap(period)
        let distances = Dictionary(zip(periods, periods.dropFirst()).map { ($1 - $0, 1) }, uniquingKeysWith: +)
        return distances.first { 2 * $0.value > periods.count }?.key
    }

    /// The time at which a period begins, as the file would write it.
    public func text(_ period: Int) -> String {
        switch step {
        case .even(let length): return style.text(origin + Int64(period) * length)
        case .month:
            let month = origin + Int64(period)
            let day = daysSince1970(1970 + floorDivide(month, 12), month - 12 * floorDivide(month, 12) + 1, 1)
            return style.text(style == .timestamp ? day * 86_400 : day)
        }
    }

    /// The length of a period in words.
    public var stepText: String {
        guard case .even(let length) = step else { return "month" }
        switch (style, length) {
        case (.number, _): return "\(length)"
        case (.date, 1), (.timestamp, 86_400): return "day"
        case (.date, 7), (.timestamp, 604_800): return "week"
        case (.timestamp, 3_600): return "hour"
        case (.date, _): return "\(length) days"
        case (.timestamp, _): return "\(length) s"
        }
    }

    /// Periods of the season that such periods usually have.
    public var usualSeason: Int {
        switch stepText {
        case "hour": 24
        case "day": 7
        case "month": 12
        default: 4
        }
    }
}

extension TimeStyle {
    /// A time as a file of this style would write it.
    public func text(_ time: Int64) -> String {
        switch self {
        case .number: return "\(time)"
        case .date: return Civil(day: time).text
        case .timestamp:
            let day = floorDivide(time, 86_400)
            let second = time - day * 86_400
            let clock = [second / 3_600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return "\(Civil(day: day).text)T\(clock.joined(separator: ":"))"
        }
    }
}

/// A day of the Gregorian calendar.
private struct Civil {
    let day: Int64
    /// Months since January 1970.
    let month: Int64

    /// - Parameter number: days since 1970-01-01. The estimate is never early, and at most one month late.
    init(day number: Int64) {
        func first(of month: Int64) -> Int64 {
            daysSince1970(1970 + floorDivide(month, 12), month - 12 * floorDivide(month, 12) + 1, 1)
        }
        var month = floorDivide(number * 400 * 12, 146_097) + 1
        while first(of: month) > number { month -= 1 }
        self.month = month
        day = number - first(of: month) + 1
    }

    var text: String {
        let year = 1970 + floorDivide(month, 12)
        let place = month - 12 * floorDivide(month, 12) + 1
        let digits = String(year)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(place < 10 ? "0" : "")\(place)-\(day < 10 ? "0" : "")\(day)"
    }
}

/// Integer division rounding towards minus infinity.
private func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

extension CSVReader {
    /// A time in any of the styles.
    func periodTime(_ column: Column) throws(LearningError) -> (time: Int64, style: TimeStyle) {
        let bytes = bytes(column)
        let text = text(column)
        if let number = Int64(text), (-Self.farthest...Self.farthest).contains(number) { return (number, .number) }
        if bytes.count == 10, let time = Self.timestamp(ArraySlice(Array(bytes) + Array("T00:00:00".utf8))) {
            return (time.milliseconds / 86_400_000, .date)
        }
        if let time = Self.timestamp(bytes) { return (time.milliseconds / 1_000, .timestamp) }
        throw error(
            column, remedy: "Give a date such as 2026-01-31, a UTC time such as 2026-01-31T23:59:59, or a whole number."
        )
    }

    /// Far beyond any calendar, far from overflow.
    private static let farthest: Int64 = 1 << 40
}
