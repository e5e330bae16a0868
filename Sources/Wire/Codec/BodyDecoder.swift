// Bodies to values. Decoding is total: every sequence of bytes becomes a value inside `Limits` or a refusal
// that names the field. protobuf-c checks neither UTF-8 nor sizes nor meaning; everything that enters a core
// is checked here, once.

import CPricing
import CProtobuf
import Domain

/// Unpacks bodies in an arena of its own. One thread.
public final class BodyDecoder {
    private let arena: Arena

    public init(unpackedBytes: Int = Limits.unpackedBytes) {
        arena = Arena(capacity: unpackedBytes)
    }

    typealias Unpack<Message> = (
        UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Message>?

    /// Unpacks `bytes`, lets `read` turn the message into a value, and forgets the message.
    func decode<Message, Value>(
        _ bytes: RawSpan, _ unpack: Unpack<Message>,
        _ read: (borrowing Message) throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        guard bytes.byteCount <= Limits.bodyBytes else {
            throw Refusal(
                .frameTooLarge, place: "body", value: "\(bytes.byteCount) bytes",
                remedy: "Send at most \(Limits.bodyBytes) bytes in one message; split larger batches.")
        }
        arena.reset()
        let message = unsafe bytes.withUnsafeBytes { bytes in
            unsafe arena.withAllocator { allocator in
                unsafe unpack(allocator, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
            }
        }
        guard let message = unsafe message else {
            throw arena.isExhausted
                ? Refusal(
                    .bodyTooComplex, place: "body", value: "\(bytes.byteCount) bytes",
                    remedy: "The message unpacks to more than \(Limits.unpackedBytes) bytes: send fewer elements.")
                : Refusal(
                    .malformedBody, place: "body", value: "\(bytes.byteCount) bytes",
                    remedy: "Encode the body as the protobuf message of this kind in pricing.proto.")
        }
        return unsafe try read(message.pointee)
    }
}

// MARK: - Fields

/// An id: 1 to 64 bytes of UTF-8.
func identifier(
    _ text: UnsafeMutablePointer<CChar>?, _ place: @autoclosure () -> String
) throws(Refusal) -> String {
    let value = unsafe try string(text, place(), atMost: Limits.identifierBytes)
    guard !value.isEmpty else {
        throw Refusal(
            .invalidIdentifier, place: place(), value: "",
            remedy: "Give 1 to \(Limits.identifierBytes) bytes; this one is missing.")
    }
    return value
}

/// UTF-8 text of a bounded length.
func string(
    _ text: UnsafeMutablePointer<CChar>?, _ place: @autoclosure () -> String, atMost bytes: Int
) throws(Refusal) -> String {
    guard let text = unsafe text else { return "" }
    guard let value = unsafe String(validatingCString: text) else {
        throw Refusal(.invalidIdentifier, place: place(), remedy: "Encode text as UTF-8.")
    }
    guard value.utf8.count <= bytes else {
        throw Refusal(
            .invalidIdentifier, place: place(), value: value, remedy: "Give at most \(bytes) bytes of UTF-8.")
    }
    return value
}

func currency(_ text: UnsafeMutablePointer<CChar>?) throws(Refusal) -> Currency {
    let code = unsafe try string(text, "currency", atMost: Limits.identifierBytes)
    guard let currency = Currency(code: code) else {
        throw Refusal(
            .unknownCurrency, place: "currency", value: code,
            remedy: "Use one of \(Currency.supportedCodes.joined(separator: ", ")).")
    }
    return currency
}

func timestamp(
    _ milliseconds: Int64, _ code: RefusalCode, _ place: @autoclosure () -> String
) throws(Refusal) -> Timestamp {
    let time = Timestamp(milliseconds: milliseconds)
    guard Timestamp.acceptable.contains(time) else {
        throw Refusal(
            code, place: place(), value: "\(milliseconds)",
            remedy: "Give milliseconds since 1970-01-01 UTC, up to the year 9999.")
    }
    return time
}

func partitionID(_ number: UInt32) throws(Refusal) -> PartitionID {
    guard let number = UInt16(exactly: number) else {
        throw Refusal(
            .malformedBody, place: "partition", value: "\(number)", remedy: "Number partitions from 0 to 65535.")
    }
    return PartitionID(number)
}

/// Copies a protobuf `bytes` field.
func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: data.data, count: data.len))
}

/// Calls `read` for each element of a protobuf-c list.
func elements<Message, Value>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int,
    _ read: (Int, borrowing Message) throws(Refusal) -> Value
) throws(Refusal) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let list = unsafe list, let element = unsafe list[index] else { continue }
        values.append(unsafe try read(index, element.pointee))
    }
    return values
}
