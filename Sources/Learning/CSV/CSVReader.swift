// A streaming reader of comma-separated values (RFC 4180): quoted fields, doubled quotes, line breaks inside
// quotes, LF or CRLF, with or without a line break at the end. It works on bytes and reuses one record buffer;
// text is made only of the fields somebody asks for.

/// Reads the records of a CSV file, plain or gzip, one at a time.
///
///     let reader = try CSVReader(path: "weekly_prices.csv")
///     let price = try reader.column("price")
///     while try reader.next() { use(try reader.number(price)) }
public final class CSVReader {
    /// A named column of one file.
    public struct Column: Sendable {
        let index: Int
        let name: String
    }

    /// Longer records are refused: a quote that is never closed would otherwise swallow the file.
    static let largestRecord = 1 << 20

    private let file: InflatingFile
    private let separator: UInt8
    private var buffer: [UInt8]
    private var position = 0
    private var filled = 0
    /// The contents of the record's fields, one after another, quotes removed.
    private var contents: [UInt8] = []
    /// Where each field ends in `contents`.
    private var ends: [Int] = []
    private var nextLine = 1

    /// Line of the current record's first byte, from 1.
    public private(set) var line = 0
    /// The names in the first record.
    public private(set) var header: [String] = []

    /// The file's name, without its folder.
    var name: String { file.name }

    /// Opens a file and reads its header.
    /// - Parameter separator: between fields; a tab in some data sets.
    public init(path: String, separator: UInt8 = UInt8(ascii: ",")) throws(LearningError) {
        file = try InflatingFile(path: path)
        self.separator = separator
        buffer = [UInt8](repeating: 0, count: 1 << 16)
        filled = try file.read(into: &buffer)
        // A byte order mark is no part of the first name, quoted or not.
        if buffer.prefix(filled).starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        guard try readRecord() else {
            throw LearningError(place: file.name, value: "an empty file", remedy: "The first line names the columns.")
        }
        guard !contents.contains(UInt8(ascii: "\r")) else {
            throw LearningError(
                place: "\(file.name):1", value: "a carriage return among the names of columns",
                remedy: "End each line with a line feed, alone or after a carriage return.")
        }
        try refuseOtherEncodings()
        header = ends.indices.map { String(decoding: field($0), as: UTF8.self) }
    }

    /// Finds a column by its name.
    public func column(_ name: String) throws(LearningError) -> Column {
        guard let index = header.firstIndex(of: name) else {
            let others: [Character] = [";", "\t", ",", "|"]
            let isOtherwiseSeparated = header.count == 1 && header[0].contains { others.contains($0) }
            throw LearningError(
                place: "\(file.name):1", value: header.joined(separator: ","),
                remedy: isOtherwiseSeparated
                    ? "Separate fields by \(separator == UInt8(ascii: ",") ? "commas" : "tabs")."
                    : "Add a column “\(name)”.")
        }
        return Column(index: index, name: name)
    }

    /// Moves to the next record; blank lines are skipped.
    /// - Returns: false at the end of the file.
    public func next() throws(LearningError) -> Bool {
        repeat {
            guard try readRecord() else { return false }
        } while ends.count == 1 && contents.isEmpty && header.count > 1
        try refuseOtherEncodings()
        guard ends.count == header.count else {
            throw LearningError(
                place: "\(file.name):\(line)", value: "\(ends.count) fields",
                remedy: "Give \(header.count), one for each column of the header.")
        }
        return true
    }

    /// An error at a column of the current record.
    public func error(_ column: Column, remedy: String) -> LearningError {
        LearningError(place: "\(file.name):\(line):\(column.name)", value: text(column), remedy: remedy)
    }

    /// A field as text.
    public func text(_ column: Column) -> String { String(decoding: field(column.index), as: UTF8.self) }

    /// The bytes of a field, quotes removed.
    public func bytes(_ column: Column) -> ArraySlice<UInt8> { field(column.index) }

    /// In another encoding two words would become one, and a NUL ends a number in the middle.
    private func refuseOtherEncodings() throws(LearningError) {
        guard contents.contains(where: { $0 == 0 || $0 >= 0x80 }) else { return }
        for index in ends.indices {
            let bytes = field(index)
            let isNull = bytes.contains(0)
            guard isNull || String(validating: bytes, as: UTF8.self) == nil else { continue }
            let name = header.isEmpty ? "1" : index < header.count ? "\(line):\(header[index])" : "\(line)"
            throw LearningError(
                place: "\(file.name):\(name)",
                value: String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\\0"),
                remedy: isNull ? "A field holds a byte of 0: export the file as UTF-8 text." : "Save the file as UTF-8."
            )
        }
    }

    private func field(_ index: Int) -> ArraySlice<UInt8> {
        contents[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}

extension CSVReader {
    private func readRecord() throws(LearningError) -> Bool {
        contents.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        line = nextLine
        guard var byte = try readByte() else { return false }
        while true {
            let end = byte == UInt8(ascii: "\"") ? try readQuoted() : try readPlain(from: byte)
            ends.append(contents.count)
            guard end == separator else {
                nextLine += 1
                return true
            }
            // A separator at the very end of the file opens one last, empty field.
            byte = try readByte() ?? UInt8(ascii: "\n")
        }
    }

    /// Reads an unquoted field that begins with `first`.
    /// - Returns: the separator after it, a field's or a line feed (which also stands for the end of the file).
    private func readPlain(from first: UInt8) throws(LearningError) -> UInt8 {
        var byte = first
        while byte != separator, byte != UInt8(ascii: "\n") {
            guard contents.count < Self.largestRecord else { throw tooLong() }
            contents.append(byte)
            byte = try readByte() ?? UInt8(ascii: "\n")
        }
        let start = ends.last ?? 0
        if byte == UInt8(ascii: "\n"), contents.count > start, contents.last == UInt8(ascii: "\r") {
            contents.removeLast()
        }
        return byte
    }

    /// Reads a quoted field after its opening quote. Same result as `readPlain`.
    private func readQuoted() throws(LearningError) -> UInt8 {
        while true {
            guard let byte = try readByte() else { throw unclosed() }
            guard byte == UInt8(ascii: "\"") else {
                if byte == UInt8(ascii: "\n") { nextLine += 1 }
                try append(byte)
                continue
            }
            var after = try readByte() ?? UInt8(ascii: "\n")
            if after == UInt8(ascii: "\r") { after = try readByte() ?? UInt8(ascii: "\n") }
            switch after {
            case UInt8(ascii: "\""): try append(UInt8(ascii: "\""))
            case separator, UInt8(ascii: "\n"): return after
            default:
                throw LearningError(
                    place: "\(file.name):\(line)", value: "text after a closing quote",
                    remedy: "Write a quote inside a quoted field twice.")
            }
        }
    }

    /// Within quotes.
    private func append(_ byte: UInt8) throws(LearningError) {
        guard contents.count < Self.largestRecord else { throw unclosed() }
        contents.append(byte)
    }

    private func tooLong() -> LearningError {
        LearningError(
            place: "\(file.name):\(line)", value: "a record of more than \(Self.largestRecord) bytes",
            remedy: "Shorten its fields, or end its line.")
    }

    private func unclosed() -> LearningError {
        LearningError(
            place: "\(file.name):\(line)", value: "a record without an end", remedy: "Close the quote that it opens.")
    }

    private func readByte() throws(LearningError) -> UInt8? {
        if position == filled {
            filled = try file.read(into: &buffer)
            position = 0
            guard filled > 0 else { return nil }
        }
        position += 1
        return buffer[position - 1]
    }
}
