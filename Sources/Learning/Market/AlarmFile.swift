// Alarms, as `farthing learn anomalies --out` writes them or anybody else: what to freeze, and until when. Several
// alarms of an item are one freeze, until the latest of their ends.

import Domain

/// The freezes that a file of alarms asks for.
public struct AlarmFile: Sendable {
    public struct Freeze: Equatable, Sendable {
        public var item: String
        public var until: Timestamp
        /// The alarm in words, one line of at most `Limits.freezeReasonBytes`.
        public var reason: String

        public init(item: String, until: Timestamp, reason: String) {
            self.item = item
            self.until = until
            self.reason = reason
        }
    }

    /// One for an item, in the order in which the file names them first.
    public private(set) var freezes: [Freeze] = []
    public private(set) var alarms = 0

    /// Bytes of a field that becomes part of a reason; three of them stay below `Limits.freezeReasonBytes`.
    private static let wordBytes = 60

    /// Reads a file with the columns item, time, series, reason, frozen_until. A blank frozen_until freezes nothing.
    /// - Parameter end: for all of them, in place of frozen_until.
    public init(path: String, until end: Timestamp? = nil) throws(LearningError) {
        let reader = try CSVReader(path: path)
        let item = try reader.column("item")
        let words = [try reader.column("series"), try reader.column("reason"), try reader.column("time")]
        let until = try reader.column("frozen_until")
        var places: [String: Int] = [:]
        while try reader.next() {
            let name = try reader.word(item, upTo: Limits.identifierBytes)
            var alarm: [String] = []
            for column in words { alarm.append(try reader.word(column, upTo: Self.wordBytes)) }
            alarms += 1
            guard !reader.bytes(until).isEmpty else { continue }
            let ends = if let end { end } else { try reader.moment(until) }
            let freeze = Freeze(item: name, until: ends, reason: alarm.joined(separator: ", "))
            guard let place = places[name] else {
                places[name] = freezes.count
                freezes.append(freeze)
                continue
            }
            // Of alarms that end together, the newest.
            if freeze.until >= freezes[place].until { freezes[place] = freeze }
        }
    }
}

extension CSVReader {
    /// Text of one line that may travel as an id or part of a sentence.
    fileprivate func word(_ column: Column, upTo limit: Int) throws(LearningError) -> String {
        let bytes = bytes(column)
        guard 1...limit ~= bytes.count, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw error(column, remedy: "Give 1 to \(limit) bytes without control characters.")
        }
        return text(column)
    }

    /// A date, which begins at midnight UTC, or a UTC time.
    fileprivate func moment(_ column: Column) throws(LearningError) -> Timestamp {
        let (time, style) = try periodTime(column)
        switch style {
        case .date: return Timestamp(milliseconds: time * 86_400_000)
        case .timestamp: return Timestamp(milliseconds: time * 1_000)
        case .number:
            throw error(
                column, remedy: "Numbers of periods say nothing of the clock: give --until, or dates or UTC times.")
        }
    }
}
