// A small binary form for what Farthing writes for itself: log records, snapshots, model bundles.
// Little-endian, lengths before contents. Reading is total: every short or oversized field is an error
// that names its offset, so a damaged file can be reported instead of trusted.

/// Appends values to a byte buffer.
public struct ByteWriter: Sendable {
    @usableFromInline var storage: [UInt8] = []
    public var bytes: [UInt8] { storage }

    public init() {}

    @inlinable
    public mutating func write(_ value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<(value.bitWidth / 8) {
            storage.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    @inlinable
    public mutating func write(_ value: Float) { write(value.bitPattern) }
    @inlinable
    public mutating func write(_ value: Double) { write(value.bitPattern) }
    @inlinable
    public mutating func write(_ value: Money) { write(value.minorUnits) }
    @inlinable
    public mutating func write(_ value: Timestamp) { write(value.milliseconds) }

    @inlinable
    public mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        storage.append(contentsOf: text.utf8)
    }

    @inlinable
    public mutating func write(_ block: [UInt8]) {
        write(UInt32(block.count))
        storage.append(contentsOf: block)
    }

    /// A count followed by each element.
    @inlinable
    public mutating func write<Element>(
        _ elements: some Collection<Element>, each: (inout ByteWriter, Element) -> Void
    ) {
        write(UInt32(elements.count))
        for element in elements { each(&self, element) }
    }
}

/// Why bytes could not be read.
public struct ByteError: Error, Equatable, Sendable, CustomStringConvertible {
    public var offset: Int
    public var problem: String

    public init(offset: Int, problem: String) {
        self.offset = offset
        self.problem = problem
    }

    public var description: String { "byte \(offset): \(problem)" }
}

/// Reads what `ByteWriter` wrote.
public struct ByteReader: Sendable {
    @usableFromInline let bytes: ArraySlice<UInt8>
    @usableFromInline var cursor: Int
    public var offset: Int { cursor }

    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        cursor = bytes.startIndex
    }

    @inlinable
    public var remaining: Int { bytes.endIndex - cursor }

    @inlinable
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(ByteError) -> Value {
        let width = Value.bitWidth / 8
        guard remaining >= width else { throw error("ends inside a \(Value.self)") }
        let place = cursor - bytes.startIndex
        let value = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Value.self)
        cursor += width
        return Value(littleEndian: value)
    }

    @inlinable
    public mutating func readFloat() throws(ByteError) -> Float { Float(bitPattern: try read()) }
    @inlinable
    public mutating func readDouble() throws(ByteError) -> Double { Double(bitPattern: try read()) }
    @inlinable
    public mutating func readMoney() throws(ByteError) -> Money { Money(minorUnits: try read()) }
    @inlinable
    public mutating func readTimestamp() throws(ByteError) -> Timestamp { Timestamp(milliseconds: try read()) }

    @inlinable
    public mutating func readString() throws(ByteError) -> String {
        let block = try readSlice()
        guard let text = try? UTF8Span(validating: block.span) else { throw error("is not UTF-8") }
        return String(copying: text)
    }

    @inlinable
    public mutating func readBytes() throws(ByteError) -> [UInt8] { Array(try readSlice()) }

    /// Reads a count, then that many elements of at least `minimumBytes` each.
    @inlinable
    public mutating func readArray<Element>(
        minimumBytes: Int, each: (inout ByteReader) throws(ByteError) -> Element
    ) throws(ByteError) -> [Element] {
        let count = try readCount(minimumBytes: minimumBytes)
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try each(&self)) }
        return elements
    }

    /// A count that the remaining bytes can actually hold, so that no lie about a length allocates memory.
    @inlinable
    public mutating func readCount(minimumBytes: Int) throws(ByteError) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= remaining / max(1, minimumBytes) else { throw error("counts \(count) elements, more than fit") }
        return count
    }

    /// Fails unless everything was read.
    public func finish() throws(ByteError) {
        guard remaining == 0 else { throw error("\(remaining) bytes too many") }
    }

    /// The bytes where they stand, without a copy.
    @inlinable
    public mutating func readSlice() throws(ByteError) -> ArraySlice<UInt8> {
        let count = Int(try read(UInt32.self))
        guard count <= remaining else { throw error("ends inside a block of \(count) bytes") }
        defer { cursor += count }
        return bytes[cursor..<(offset + count)]
    }

    public func error(_ problem: String) -> ByteError { ByteError(offset: offset, problem: problem) }
}
