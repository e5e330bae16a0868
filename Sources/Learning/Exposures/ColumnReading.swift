// A column of a file while it is read, whose kind may not be known before its last value: numbers unless there are words,
// instants if nearly all words are, else categories. An instant becomes hours before the exposure, so that what is
// learned in one month holds in the next; one after the exposure is a feature from the future and refused.

import Domain

struct ColumnReading {
    private let kind: ColumnKind?
    private var numbers: [Float] = []
    private var texts: [String] = []
    /// Milliseconds since 1970; nil where the field was blank, or no instant.
    private var instants: [Int64?] = []
    private var blanks = 0
    /// Rows with text that is no number.
    private var words: [Int] = []

    init(kind: ColumnKind?) { self.kind = kind }

    /// Up to this share of other values in a column of numbers, or of instants, is taken for a mistake; above, for
    /// categories.
    private static let mistaken = 0.1

    /// From 2000 to 2100.
    private static let likelySeconds: ClosedRange<Float> = 946_684_800...4_102_444_800

    /// What exports write, in a column of numbers, where there is none.
    private static let wordsForBlanks: Set<String> = ["", "na", "n/a", "nan", "null", "none", "nil", "?", "-", "."]

    private static func isBlank(_ text: String) -> Bool {
        text.utf8.count <= 4 && wordsForBlanks.contains(text.lowercased())
    }

    mutating func append(_ reader: CSVReader, _ column: CSVReader.Column) throws(LearningError) {
        switch kind {
        case .numeric:
            let isBlank = Self.isBlank(reader.text(column))
            let number = isBlank ? .nan : Float(try reader.number(column))
            guard !number.isInfinite else { throw reader.error(column, remedy: "Give a number of ordinary size.") }
            numbers.append(number)
        case .time:
            let bytes = reader.bytes(column)
            guard bytes.isEmpty || Self.instant(bytes) != nil || Self.seconds(bytes) != nil else {
                throw reader.error(
                    column,
                    remedy:
                        "Give a UTC time such as 2017-01-31T23:59:59, a date, seconds since 1970, or leave it blank.")
            }
            instants.append(Self.instant(bytes) ?? Self.seconds(bytes))
        case .categorical: texts.append(reader.text(column))
        case nil: appendOfAnyKind(reader.text(column))
        }
    }

    private mutating func appendOfAnyKind(_ text: String) {
        texts.append(text)
        if text.isEmpty {
            numbers.append(.nan)
            blanks += 1
        } else if let number = Float(text), number.isFinite {
            numbers.append(number)
        } else {
            numbers.append(.nan)
            words.append(texts.count - 1)
        }
    }

    /// A UTC time, or the beginning of a date; of birth, perhaps.
    private static func instant(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let whole = bytes.count == 10 ? bytes + Array("T00:00:00".utf8)[...] : bytes
        return CSVReader.timestamp(whole, years: 1900...9999)?.milliseconds
    }

    private static func seconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let seconds = Int64(String(decoding: bytes, as: UTF8.self)), CSVReader.seconds.contains(seconds) else {
            return nil
        }
        return seconds * 1_000
    }

    /// - Parameters:
    ///   - lines: of each row.
    ///   - times: of each row's exposure; nil where rows have none, and instants mean nothing.
    func finished(
        name: String, file: String, lines: [Int], times: [Timestamp]?
    ) throws(LearningError) -> FeatureColumn {
        switch kind {
        case .numeric: return .numbers(numbers)
        case .categorical: return .levels(texts)
        case .time: return try hours(instants, name: name, file: file, lines: lines, times: times)
        case nil: break
        }
        guard !words.isEmpty else { return .numbers(numbers) }
        let filled = Double(max(1, texts.count - blanks))
        if times != nil {
            let instants = texts.map { Self.instant(Array($0.utf8)[...]) }
            let others = texts.indices.filter { instants[$0] == nil && !texts[$0].isEmpty }
            if Double(others.count) <= Self.mistaken * filled {
                try refuse(others, "times", .categorical, name: name, file: file, lines: lines)
                return try hours(instants, name: name, file: file, lines: lines, times: times)
            }
        }
        let others = words.filter { !Self.isBlank(texts[$0]) }
        let known = texts.count - blanks - words.count + others.count
        if Double(others.count) <= Self.mistaken * Double(known), known > others.count {
            try refuse(others, "numbers", .categorical, name: name, file: file, lines: lines)
            return .numbers(numbers)
        }
        return .levels(texts)
    }

    /// A sentence where the kind that was inferred may not be the one that is meant.
    func doubt(name: String, lines: [Int]) -> String? {
        guard kind == nil else { return nil }
        let others = words.filter { !Self.isBlank(texts[$0]) }
        let known = texts.count - blanks - words.count + others.count
        guard let first = others.first else {
            let seconds = numbers.lazy.filter { !$0.isNaN }.allSatisfy { Self.likelySeconds.contains($0) }
            guard seconds, known > 0 else { return nil }
            return "column “\(name)” was read as numbers that all look like seconds since 1970: declare it a time, and "
                + "it becomes hours before the exposure"
        }
        if others.count(where: { Self.looksLikeTime(texts[$0]) }) * 2 > known {
            return "column “\(name)” was read as words, though they look like times, such as “\(texts[first])” (line "
                + "\(lines[first])): nobody has checked that they lie before the exposure; write 2017-01-31T23:59:59"
        }
        let numbers = known - others.count
        guard Double(numbers) >= Self.mistaken * Double(known) else { return nil }
        return "column “\(name)” was read as words: \(numbers) of \(known) values are numbers, others are such as "
            + "“\(texts[first])” (line \(lines[first])); correct it, or declare it categorical"
    }

    /// Numbers with slashes, dashes, dots or colons between them, at least two.
    private static func looksLikeTime(_ text: String) -> Bool {
        let separators = Set("/-.:".utf8)
        let bytes = Array(text.utf8)
        return (8...35).contains(bytes.count) && bytes[0] >= UInt8(ascii: "0") && bytes[0] <= UInt8(ascii: "9")
            && bytes.count { separators.contains($0) } >= 2
            && bytes.allSatisfy {
                separators.contains($0) || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
                    || " +TZ".utf8.contains($0)
            }
    }

    private func refuse(
        _ rows: [Int], _ others: String, _ instead: ColumnKind, name: String, file: String, lines: [Int]
    ) throws(LearningError) {
        guard let first = rows.first else { return }
        throw LearningError(
            place: "\(file):\(lines[first]):\(name)", value: texts[first],
            remedy: """
                The other rows hold \(others). Correct it (lines \(Self.list(rows, lines))), or declare the column \
                \(instead.rawValue).
                """)
    }

    private func hours(
        _ instants: [Int64?], name: String, file: String, lines: [Int], times: [Timestamp]?
    ) throws(LearningError) -> FeatureColumn {
        guard let times else {
            throw LearningError(
                place: "\(file):1:\(name)", value: "declared a time",
                remedy: "Give a number of hours, or declare the column categorical.")
        }
        let later = instants.indices.filter { row in instants[row].map { $0 > times[row].milliseconds } ?? false }
        if let first = later.first {
            throw LearningError(
                place: "\(file):\(lines[first]):\(name)", value: "a time after the exposure's own",
                remedy: """
                    A feature from the future would not be known when a price is asked for (\(later.count) rows, lines \
                    \(Self.list(later, lines))). Give what was known at the time, or leave the column out.
                    """)
        }
        return .hours(
            instants.indices.map { row in
                instants[row].map { Float(Double(times[row].milliseconds - $0) / 3_600_000) } ?? .nan
            })
    }

    private static func list(_ rows: [Int], _ lines: [Int]) -> String {
        rows.prefix(5).map { "\(lines[$0])" }.joined(separator: ", ") + (rows.count > 5 ? ", …" : "")
    }
}
