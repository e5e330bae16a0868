// The file form: magic, format, checksum, payload, as a served model has them. Any bytes give a valid bundle or an error
// that says what is wrong.

import Domain

extension ProfileBundle {
    static let magic: UInt32 = 0x464F_5250  // "PROF"
    static let format: UInt16 = 1
    static let headerBytes = 14
    /// Larger files are refused before they are read.
    public static let largestBytes = 1 << 30

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(version)
        payload.write(method.rawValue)
        payload.write(UInt8(sellsAgain ? 1 : 0))
        payload.write(factors.penalty)
        payload.write(factors.confidence)
        payload.write(items) { $0.write($1) }
        payload.write(UInt32(factors.items.width))
        payload.write(factors.items.values) { $0.write($1) }
        payload.write(segments.values) { $0.write($1) }
        payload.write(similarItems) { writer, neighbours in
            writer.write(neighbours) { writer, neighbour in
                writer.write(UInt32(neighbour.row))
                writer.write(neighbour.similarity)
            }
        }
        payload.write(shoppers) { $0.write($1) }
        for shopper in shoppers.indices {
            payload.write(purchases[shopper]) { writer, cell in
                writer.write(UInt32(cell.column))
                writer.write(cell.value)
            }
        }
        var file = ByteWriter()
        file.write(Self.magic)
        file.write(Self.format)
        file.write(FNV1a.checksum(payload.bytes[...]))
        return file.bytes + payload.bytes
    }

    /// Reads and checks a bundle.
    public static func decode(_ bytes: [UInt8]) throws(ProfileError) -> ProfileBundle {
        guard bytes.count <= largestBytes else {
            throw ProfileError(
                place: "bundle", value: "\(bytes.count) bytes", remedy: "Give a file of at most \(largestBytes).")
        }
        var reader = ByteReader(bytes)
        let header = try reading("header") { () throws(ByteError) in
            (try reader.read(UInt32.self), try reader.read(UInt16.self), try reader.read(UInt64.self))
        }
        guard header.0 == magic else {
            throw ProfileError(
                place: "bundle", value: "another kind of file",
                remedy: "Give a file that `farthing learn profiles` wrote.")
        }
        guard header.1 == format else {
            throw ProfileError(
                place: "bundle", value: "format \(header.1)",
                remedy: "This version reads format \(format): learn again.")
        }
        guard header.2 == FNV1a.checksum(bytes[headerBytes...]) else {
            throw ProfileError(
                place: "bundle", value: "a wrong checksum", remedy: "The file is damaged or cut short: copy it again.")
        }
        let head = try reading("settings") { () throws(ByteError) in try Head(from: &reader) }
        let items = try reading("items") { () throws(ByteError) in try readIdentifiers(&reader, "items") }
        let vectors = try reading("factors") { () throws(ByteError) in try readVectors(&reader, items.count) }
        let similar = try reading("similar items") { () throws(ByteError) in try readNeighbours(&reader, items.count) }
        let shoppers = try reading("shoppers") { () throws(ByteError) in try readIdentifiers(&reader, "shoppers") }
        let purchases = try reading("purchases") { () throws(ByteError) in
            try readPurchases(&reader, shoppers.count, items.count)
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        return ProfileBundle(
            version: head.version, items: items, shoppers: shoppers, purchases: purchases,
            factors: ImplicitFactors(items: vectors.items, penalty: head.penalty, confidence: head.confidence),
            segments: vectors.segments, similarItems: similar, method: head.method, sellsAgain: head.sellsAgain)
    }

    private struct Head {
        let version: UInt64
        let method: RankingMethod
        let sellsAgain: Bool
        let penalty, confidence: Double

        init(from reader: inout ByteReader) throws(ByteError) {
            version = try reader.read()
            let mark = try reader.read(UInt8.self)
            guard let method = RankingMethod(rawValue: mark) else { throw reader.error("a ranking of \(mark)") }
            self.method = method
            let again = try reader.read(UInt8.self)
            guard again <= 1 else { throw reader.error("a mark of \(again)") }
            sellsAgain = again == 1
            (penalty, confidence) = (try reader.readDouble(), try reader.readDouble())
            guard ImplicitSettings.strengths.contains(penalty), ImplicitSettings.strengths.contains(confidence) else {
                throw reader.error("a penalty of \(penalty) and a confidence of \(confidence)")
            }
        }
    }

    private static func readIdentifiers(_ reader: inout ByteReader, _ what: String) throws(ByteError) -> [String] {
        let names = try reader.readArray(minimumBytes: 5) { reader throws(ByteError) in try reader.readString() }
        guard !names.isEmpty, names.allSatisfy({ 1...Limits.identifierBytes ~= $0.utf8.count }),
            zip(names, names.dropFirst()).allSatisfy(<)
        else { throw reader.error("\(what) out of order, or an id that is empty or too long") }
        return names
    }

    private static func readVectors(
        _ reader: inout ByteReader, _ itemCount: Int
    ) throws(ByteError) -> (items: VectorTable, segments: VectorTable) {
        let width = Int(try reader.read(UInt32.self))
        guard factorCounts.contains(width) else { throw reader.error("\(width) factors") }
        let items = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try readFactor(&reader) }
        let centres = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try readFactor(&reader) }
        guard items.count == itemCount * width, centres.count.isMultiple(of: width),
            segmentCounts.contains(centres.count / width)
        else { throw reader.error("\(items.count) and \(centres.count) numbers in vectors of \(width)") }
        return (VectorTable(width: width, values: items), VectorTable(width: width, values: centres))
    }

    private static func readFactor(_ reader: inout ByteReader) throws(ByteError) -> Double {
        let value = try reader.readDouble()
        // So that no sum of squares overflows.
        guard abs(value) <= 1e6 else { throw reader.error("a factor of \(value)") }
        return value
    }

    private static func readNeighbours(
        _ reader: inout ByteReader, _ itemCount: Int
    ) throws(ByteError) -> [[Neighbour]] {
        let lists = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in
            try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in
                let neighbour = Neighbour(row: Int(try reader.read(UInt32.self)), similarity: try reader.readDouble())
                guard neighbour.row < itemCount, 0...1 ~= neighbour.similarity else {
                    throw reader.error("item \(neighbour.row), similarity \(neighbour.similarity)")
                }
                return neighbour
            }
        }
        guard lists.count == itemCount else { throw reader.error("\(lists.count) lists") }
        return lists
    }

    private static func readPurchases(
        _ reader: inout ByteReader, _ shopperCount: Int, _ itemCount: Int
    ) throws(ByteError) -> SparseRows {
        var entries: [(row: Int, column: Int, value: Double)] = []
        for shopper in 0..<shopperCount {
            var last = -1
            for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
                let (item, quantity) = (Int(try reader.read(UInt32.self)), try reader.readDouble())
                guard item > last, item < itemCount, quantities.contains(quantity) else {
                    throw reader.error("\(quantity) of item \(item)")
                }
                entries.append((shopper, item, quantity))
                last = item
            }
        }
        return SparseRows(rowCount: shopperCount, columnCount: itemCount, entries: entries)
    }

    private static func reading<Value>(
        _ place: String, _ body: () throws(ByteError) -> Value
    ) throws(ProfileError) -> Value {
        do {
            return try body()
        } catch {
            throw ProfileError(
                place: "bundle, \(place)", value: error.description,
                remedy: "The file is damaged or cut short: copy it again.")
        }
    }
}
