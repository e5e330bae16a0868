// Just enough JSON to read test vectors: a value that is asked for what it should hold, and complains when it
// holds something else.

import Testing

enum JSON: Decodable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case large(UInt64)
    case real(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .large(value)
        } else if let value = try? container.decode(Double.self) {
            self = .real(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(key: String) -> JSON {
        guard case .object(let members) = self, let member = members[key] else { return wrong("no “\(key)”", .null) }
        return member
    }

    var isNull: Bool { if case .null = self { true } else { false } }
    var bool: Bool { if case .bool(let value) = self { value } else { wrong("no truth value", false) } }
    var text: String { if case .text(let value) = self { value } else { wrong("no text", "") } }
    var list: [JSON] { if case .list(let value) = self { value } else { wrong("no list", []) } }
    var bytes: [UInt8] { Self.bytes(hexadecimal: text) ?? wrong("no hexadecimal bytes", []) }

    var int64: Int64 { if case .integer(let value) = self { value } else { wrong("no 64-bit integer", 0) } }

    var uint64: UInt64 {
        switch self {
        case .integer(let value): UInt64(exactly: value) ?? wrong("a negative number", 0)
        case .large(let value): value
        default: wrong("no unsigned integer", 0)
        }
    }

    var uint32: UInt32 { UInt32(exactly: uint64) ?? wrong("more than 32 bits", 0) }

    var real: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: wrong("no number", 0)
        }
    }

    private func wrong<Value>(_ problem: String, _ value: Value) -> Value {
        Issue.record("\(self) holds \(problem)")
        return value
    }

    static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
