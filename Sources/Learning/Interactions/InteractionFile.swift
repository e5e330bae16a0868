// Who did what with which item: purchases and ratings, as shops and as public data sets have them. Three spellings of
// the header are known:
//
//     user,item,quantity[,time]                                          a shop's own file
//     household_id,…,product_id,quantity,…,transaction_timestamp         the Complete Journey
//     user_id:token  item_id:token  rating:float  timestamp:float        RecBole's atomic files (.inter), tabs
//
// A rating read as a purchase is a purchase of one: that somebody rated a film says that they saw it.

import Domain
import Profiles

/// What an interaction file says in one line.
struct Interaction {
    var user: String
    var item: String
    /// The quantity or the rating.
    var value: Double
    /// Seconds since 1970; 0 when the file does not say.
    var time: Int64
}

/// Streams the lines of an interaction file.
struct InteractionFile {
    enum Value {
        case quantity, rating
    }

    private let reader: CSVReader
    private let user, item: CSVReader.Column
    /// nil: every line counts one.
    private let value: CSVReader.Column?
    private let range: ClosedRange<Double>
    private let time: CSVReader.Column?

    var hasTimes: Bool { time != nil }
    var name: String { reader.name }

    init(path: String, _ kind: Value) throws(LearningError) {
        reader = try CSVReader(path: path, separator: path.hasSuffix(".inter") ? UInt8(ascii: "\t") : UInt8(ascii: ","))
        guard Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(reader.name):1", value: reader.header.joined(separator: ","),
                remedy: "Name every column once.")
        }
        user = try Self.column(reader, ["user", "household_id", "user_id:token"])
        item = try Self.column(reader, ["item", "product_id", "item_id:token"])
        let isRated = reader.header.contains("rating:float")
        switch kind {
        case .quantity:
            value = isRated ? nil : try reader.column("quantity")
            range = 0...ProfileBundle.quantities.upperBound
        case .rating:
            value = try Self.column(reader, ["rating", "rating:float"])
            range = -1e6...1e6
        }
        let times = ["time", "transaction_timestamp", "timestamp:float"].filter(reader.header.contains)
        time = try times.first.map(reader.column)
    }

    /// - Returns: nil at the end of the file.
    func next() throws(LearningError) -> Interaction? {
        guard try reader.next() else { return nil }
        return Interaction(
            user: try reader.identifier(user), item: try reader.identifier(item),
            value: try value.map { column throws(LearningError) in try reader.number(column, in: range) } ?? 1,
            time: try time.map { column throws(LearningError) in
                try reader.instant(column).milliseconds / 1_000
            } ?? 0)
    }

    /// An error at the value of the line just read.
    func error(remedy: String) -> LearningError { reader.error(value ?? item, remedy: remedy) }

    private static func column(_ reader: CSVReader, _ names: [String]) throws(LearningError) -> CSVReader.Column {
        try reader.column(names.first(where: reader.header.contains) ?? names[0])
    }
}
