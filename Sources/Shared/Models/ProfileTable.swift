// What a model knows of shoppers, or of items, by name: for each a few numbers of its rows, prepared where the model was
// learned. Names are kept as digests, so a table holds no list of customers.

import Domain

/// Numbers by key.
public struct ProfileTable: Equatable, Sendable {
    /// What a number of an entry is.
    public enum Column: Equatable, Sendable {
        /// Of the row, at this place.
        case value(place: Int)
        /// Of the row, added to what stands at this place.
        case part(place: Int)
        /// Of a level, for crossed columns.
        case level
        /// Hours after `ProfileRows.origin` at which something began.
        case instant
    }

    public let columns: [Column]
    /// Ascending.
    public let keys: [UInt64]
    /// (keys, columns) row-major; NaN only for an instant that is not known.
    public let values: [Float]

    /// - Parameter entries: one key each; of equal keys the first counts.
    /// - Precondition: every entry has one number a column.
    public init(columns: [Column], entries: [(key: UInt64, values: [Float])]) {
        precondition(entries.allSatisfy { $0.values.count == columns.count }, "one number a column")
        var sorted: [(key: UInt64, values: [Float])] = []
        for place in entries.indices.sorted(by: { (entries[$0].key, $0) < (entries[$1].key, $1) })
        where sorted.last?.key != entries[place].key {
            sorted.append(entries[place])
        }
        self.columns = columns
        keys = sorted.map(\.key)
        values = sorted.flatMap(\.values)
    }

    private init(columns: [Column], keys: [UInt64], values: [Float]) {
        self.columns = columns
        self.keys = keys
        self.values = values
    }

    /// The key of a shopper, or an item, that is called so.
    public static func key(_ name: String) -> UInt64 { ProductKey(product: name).value }

    /// The place of an entry; nil for somebody unknown. O(log keys).
    public func entry(_ key: UInt64) -> Int? { keys.sortedIndex(of: key) }

    /// Bit by bit: instants that are not known are equal.
    public static func == (one: ProfileTable, other: ProfileTable) -> Bool {
        one.columns == other.columns && one.keys == other.keys
            && one.values.elementsEqual(other.values) { $0.bitPattern == $1.bitPattern }
    }

    func value(_ entry: Int, _ column: Int) -> Float { values[entry * columns.count + column] }
}

extension ProfileTable {
    func encode(to writer: inout ByteWriter) {
        writer.write(columns) { writer, column in
            switch column {
            case .value(let place):
                writer.write(UInt8(0))
                writer.write(UInt16(place))
            case .part(let place):
                writer.write(UInt8(1))
                writer.write(UInt16(place))
            case .level: writer.write(UInt8(2))
            case .instant: writer.write(UInt8(3))
            }
        }
        writer.write(keys) { writer, key in writer.write(key) }
        writer.write(values) { writer, value in writer.write(value) }
    }

    /// - Parameter width: of a row.
    init(from reader: inout ByteReader, width: Int) throws(ByteError) {
        let columns = try reader.readArray(minimumBytes: 1) { reader throws(ByteError) -> Column in
            switch try reader.read(UInt8.self) {
            case 0: .value(place: try Self.readPlace(&reader, width: width))
            case 1: .part(place: try Self.readPlace(&reader, width: width))
            case 2: .level
            case 3: .instant
            case let mark: throw reader.error("a column of kind \(mark)")
            }
        }
        let keys = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try reader.read(UInt64.self) }
        let values = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in try reader.readFloat() }
        guard values.count == keys.count * columns.count else { throw reader.error("\(values.count) numbers in all") }
        guard zip(keys, keys.dropFirst()).allSatisfy(<) else { throw reader.error("keys out of order") }
        for (place, value) in values.enumerated() where !value.isFinite {
            guard value.isNaN, columns[place % columns.count] == .instant else {
                throw reader.error("a value of \(value)")
            }
        }
        self.init(columns: columns, keys: keys, values: values)
    }

    private static func readPlace(_ reader: inout ByteReader, width: Int) throws(ByteError) -> Int {
        let place = Int(try reader.read(UInt16.self))
        guard place < width else { throw reader.error("place \(place) in a row of \(width)") }
        return place
    }
}
