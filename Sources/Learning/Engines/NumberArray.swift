// Arrays of numbers as NumPy saves them (.npy, version 1.0): a magic, a header that a person can read, and the values.
// Chosen over CSV because a float keeps its bits, and over a format of our own because every tool of the field opens
// it. Only little-endian 32-bit floats in row-major order are written or read.
// Source: NumPy enhancement proposal 1.

import Domain

/// A file of 32-bit floats.
enum NumberArray {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    /// The header ends at a multiple of so many bytes.
    private static let alignment = 64

    /// - Shape: `values` row-major, as many as the product of `shape`.
    static func encode(_ values: [Float], shape: [Int]) -> [UInt8] {
        precondition(values.count == shape.reduce(1, *), "a value for each place")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(text(shape)), }"
        let used = magic.count + 2 + header.utf8.count + 1
        header += String(repeating: " ", count: (alignment - used % alignment) % alignment) + "\n"
        var writer = ByteWriter()
        writer.write(UInt16(header.utf8.count))
        var body = ByteWriter()
        for value in values { body.write(value) }
        return magic + writer.bytes + Array(header.utf8) + body.bytes
    }

    /// - Parameter shape: that the file must have.
    static func decode(_ bytes: [UInt8], shape: [Int], place: String) throws(LearningError) -> [Float] {
        let count = shape.reduce(1, *)
        var reader = ByteReader(Array(bytes.dropFirst(magic.count)))
        guard bytes.starts(with: magic), let length = try? reader.read(UInt16.self),
            let end = [magic.count + 2 + Int(length)].first(where: { $0 <= bytes.count })
        else { throw unreadable(place, "no array of NumPy's version 1.0") }
        let header = String(decoding: bytes[(magic.count + 2)..<end], as: UTF8.self)
        guard header.contains("'<f4'"), header.contains("'fortran_order': False"),
            header.contains("'shape': \(text(shape))"), bytes.count == end + 4 * count
        else { throw unreadable(place, header.filter { !$0.isNewline } + " and \(bytes.count - end) bytes") }
        var values: [Float] = []
        values.reserveCapacity(count)
        var body = ByteReader(Array(bytes[end...]))
        for _ in 0..<count {
            guard let value = try? body.readFloat(), value.isFinite else {
                throw unreadable(place, "no finite number at place \(values.count)")
            }
            values.append(value)
        }
        return values
    }

    /// As Python writes a tuple.
    private static func text(_ shape: [Int]) -> String {
        "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
    }

    private static func unreadable(_ place: String, _ value: String) -> LearningError {
        LearningError(
            place: place, value: value,
            remedy: "Install the Python package of this version: pip install './clients/python[learning]'.")
    }
}
