import Domain

extension CSVReader {
    /// A time written `2017-01-31T23:59:59`: UTC unless it ends with another offset, such as `+02:00`.
    public func timestamp(_ column: Column) throws(LearningError) -> Timestamp {
        guard let time = Self.timestamp(bytes(column)) else {
            throw error(column, remedy: "Give a UTC time such as 2017-01-31T23:59:59.")
        }
        return time
    }

    /// Since 1970, either way: some 35,000 years.
    static let seconds: ClosedRange<Int64> = -(1 << 40)...(1 << 40)

    /// A time, `2017-01-31T23:59:59` as above, or whole seconds since 1970.
    public func instant(_ column: Column) throws(LearningError) -> Timestamp {
        let bytes = bytes(column)
        if let seconds = Int64(String(decoding: bytes, as: UTF8.self)), CSVReader.seconds.contains(seconds) {
            return Timestamp(milliseconds: seconds * 1_000)
        }
        return try timestamp(column)
    }

    /// The time that a text gives in that form; nil when it gives none.
    public static func timestamp(_ text: String) -> Timestamp? { timestamp(Array(text.utf8)[...]) }

    /// The forms of RFC 3339: a `T` or a blank between date and time, perhaps parts of a second, perhaps an offset.
    /// - Parameter years: that a time may be in; from 1 on.
    static func timestamp(_ bytes: ArraySlice<UInt8>, years: ClosedRange<Int64> = 1970...9999) -> Timestamp? {
        let text = Array(bytes.prefix(19))
        guard text.count == 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = digits(text[0..<4]), let month = digits(text[5..<7]), let day = digits(text[8..<10]),
            let hour = digits(text[11..<13]), let minute = digits(text[14..<16]), let second = digits(text[17..<19]),
            years.contains(year), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60, let rest = parts(bytes.dropFirst(19))
        else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        return Timestamp(milliseconds: seconds * 1_000 + rest)
    }

    /// What stands after the seconds, in milliseconds to add: parts of a second, and how far UTC is.
    private static func parts(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var rest = bytes
        var milliseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
            milliseconds = digits((Array(fraction) + Array("00".utf8))[0..<3]) ?? 0
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let sign = rest.first else { return milliseconds }
        if sign == UInt8(ascii: "Z") { return rest.count == 1 ? milliseconds : nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let clock = rest.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard clock.count == 4, let hours = digits(clock[0..<2]), let minutes = digits(clock[2..<4]), hours < 24,
            minutes < 60
        else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return sign == UInt8(ascii: "+") ? milliseconds - offset : milliseconds + offset
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}

extension Timestamp {
    /// A time written `2017-01-31T23:59:59`, UTC unless it ends with another offset; nil for anything else.
    public init?(utc text: String) {
        guard let time = CSVReader.timestamp(ArraySlice(text.utf8)) else { return nil }
        self = time
    }
}

/// Counts in years that begin in March, so that the leap day comes last (Hinnant, days_from_civil).
func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
}
