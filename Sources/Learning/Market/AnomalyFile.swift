// Observations as a stream, in the order of the file: what a feed says is judged when it arrives, so a row that comes
// late is late, where a forecast would sort it in. Only what cannot be read is a mistake of the file; an absurd price is
// what the detector is for.

import Domain
import Market

/// What was seen of all items, in the order it was seen.
public struct AnomalyFile: Sendable {
    public struct Row: Sendable {
        public var item: String
        public var observation: MarketObservation
    }

    /// Periods that an item may stay unseen.
    private static let longestGap: Int64 = 100_000

    public let style: TimeStyle
    public private(set) var rows: [Row] = []
    /// The most frequent distance in time between neighbours of an item.
    public private(set) var period: Int64 = 1

    /// Reads a file with the columns item, time, and units, competitor_price or both, optionally lift.
    public init(path: String) throws(LearningError) {
        let reader = try CSVReader(path: path)
        let item = try reader.column("item")
        let time = try reader.column("time")
        func optional(_ name: String) throws(LearningError) -> CSVReader.Column? {
            reader.header.contains(name) ? try reader.column(name) : nil
        }
        let units = try optional("units")
        let price = try optional("competitor_price")
        let lift = try optional("lift")
        guard units != nil || price != nil, Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(reader.name):1", value: reader.header.joined(separator: ","),
                remedy: "Add a column “units” or “competitor_price”, and name every column once.")
        }
        /// A blank is what was not seen.
        func seen(_ column: CSVReader.Column?, in range: ClosedRange<Double>) throws(LearningError) -> Double? {
            guard let column, !reader.bytes(column).isEmpty else { return nil }
            return try reader.number(column, in: range)
        }
        var style: TimeStyle?
        var latest: [String: (time: Int64, line: Int)] = [:]
        var gaps: [Int64: Int] = [:]
        var largest: (gap: Int64, line: Int) = (0, 0)
        while try reader.next() {
            let name = try reader.name(item)
            let (moment, written) = try reader.periodTime(time)
            guard style == nil || style == written else {
                throw reader.error(time, remedy: "Write all times of a file in the same way.")
            }
            style = written
            let observation = MarketObservation(
                time: moment, units: try seen(units, in: 0...MarketLimits.units),
                lift: try seen(lift, in: 0.01...100) ?? 1,
                competitorPrice: try seen(price, in: -MarketLimits.price...MarketLimits.price))
            if let before = latest[name]?.time, moment > before {
                gaps[moment - before, default: 0] += 1
                if moment - before > largest.gap { largest = (moment - before, reader.line) }
            }
            if moment > latest[name]?.time ?? .min { latest[name] = (moment, reader.line) }
            rows.append(Row(item: name, observation: observation))
        }
        guard let style else {
            throw LearningError(
                place: reader.name, value: "a header and no rows", remedy: "Give one row for an item and time.")
        }
        self.style = style
        // The shortest of those that are equally frequent.
        period = gaps.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 1
        // One time far ahead would make everything after it late.
        guard largest.gap / period <= Self.longestGap else {
            throw LearningError(
                place: "\(reader.name):\(largest.line):time",
                value: "\(largest.gap / period) periods after the one before",
                remedy: "Correct the time, or give the item another name.")
        }
    }
}
