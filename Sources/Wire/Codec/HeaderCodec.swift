// Frame 1: 56 bytes, little-endian, no padding.
//
//   0  magic "FRTH"       4  version 1        5  kind, +128 in replies   6  priority   7  zero
//   8  deadline (µs)     12  status          14  zero                   16  key hash
//  24  request id        40  index           48  tag

import Domain

extension MessageHeader {
    public static let encodedBytes = 56
    public static let version: UInt8 = 1
    /// `FRTH`, read as a little-endian word.
    public static let magic: UInt32 = 0x4854_5246
    static let replyBit: UInt8 = 0x80

    /// Reads a header, or says exactly what is wrong with it.
    public static func decode(_ bytes: RawSpan) throws(Refusal) -> MessageHeader {
        guard bytes.byteCount >= 4, bytes.word(UInt32.self, at: 0) == magic else {
            throw Refusal(
                .wrongMagic, place: "header[0..<4]", value: bytes.hexadecimalPrefix,
                remedy: "Begin the first frame with the four bytes 46 52 54 48 (“FRTH”).")
        }
        guard bytes.byteCount == encodedBytes else {
            throw Refusal(
                .truncatedHeader, place: "header", value: "\(bytes.byteCount) bytes",
                remedy: "Send the header as a frame of exactly \(encodedBytes) bytes.")
        }
        guard bytes.byte(at: 4) == version else {
            throw Refusal(
                .unsupportedVersion, place: "header[4]", value: "\(bytes.byte(at: 4))",
                remedy: "Speak version \(version) of the protocol.")
        }
        let kindByte = bytes.byte(at: 5)
        guard let kind = MessageKind(rawValue: kindByte & ~replyBit) else {
            throw Refusal(
                .unknownKind, place: "header[5]", value: "\(kindByte)", remedy: "Use a kind that docs/wire.md lists.")
        }
        guard let priority = MessagePriority(rawValue: bytes.byte(at: 6)) else {
            throw Refusal(
                .malformedBody, place: "header[6]", value: "\(bytes.byte(at: 6))",
                remedy: "Use a priority from 0 (commit) to \(MessagePriority.allCases.count - 1) (shadow).")
        }
        let isReply = kindByte & replyBit != 0
        let status = bytes.word(UInt16.self, at: 12)
        guard isReply || status == 0 else {
            throw Refusal(
                .malformedBody, place: "header[12..<14]", value: "\(status)",
                remedy: "Set the status of a request to 0.")
        }
        return MessageHeader(
            kind: kind, isReply: isReply, priority: priority,
            deadlineMicroseconds: bytes.word(UInt32.self, at: 8), status: answerStatus(status),
            keyHash: KeyHash(bytes.word(UInt64.self, at: 16)),
            requestID: RequestID(high: bytes.word(UInt64.self, at: 24), low: bytes.word(UInt64.self, at: 32)),
            index: bytes.word(UInt64.self, at: 40), tag: bytes.word(UInt64.self, at: 48))
    }

    /// A reply whose status is newer than this program must still find its request: an unknown level counts as
    /// the least personal one, and any other unknown status says that it cannot be known what happened.
    private static func answerStatus(_ code: UInt16) -> AnswerStatus {
        AnswerStatus(code: code) ?? (code < RefusalCode.lowest ? .answered(.list) : .refused(.outcomeUnknown))
    }

    /// The request id of bytes whose header may be broken elsewhere, so that a refusal can still be matched.
    public static func salvageRequestID(_ bytes: RawSpan) -> RequestID {
        guard bytes.byteCount >= 40 else { return .none }
        return RequestID(high: bytes.word(UInt64.self, at: 24), low: bytes.word(UInt64.self, at: 32))
    }

    /// Writes the 56 bytes.
    /// - Precondition: `bytes.byteCount == encodedBytes`.
    public func encode(into bytes: inout MutableRawSpan) {
        precondition(bytes.byteCount == Self.encodedBytes)
        bytes.put(Self.magic, at: 0)
        bytes.put(Self.version, at: 4)
        bytes.put(kind.rawValue | (isReply ? Self.replyBit : 0), at: 5)
        bytes.put(priority.rawValue, at: 6)
        bytes.put(UInt8(0), at: 7)
        bytes.put(deadlineMicroseconds, at: 8)
        bytes.put(status.code, at: 12)
        bytes.put(UInt16(0), at: 14)
        bytes.put(keyHash.value, at: 16)
        bytes.put(requestID.high, at: 24)
        bytes.put(requestID.low, at: 32)
        bytes.put(index, at: 40)
        bytes.put(tag, at: 48)
    }

    public func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.encodedBytes)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        encode(into: &raw)
        return bytes
    }
}

extension RawSpan {
    func word<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type, at offset: Int) -> Word {
        unsafe Word(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Word.self))
    }

    func byte(at offset: Int) -> UInt8 { word(UInt8.self, at: offset) }

    /// The first four bytes, or fewer, as hexadecimal digits.
    var hexadecimalPrefix: String {
        (0..<Swift.min(4, byteCount)).map { offset in
            let byte = byte(at: offset)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

extension MutableRawSpan {
    mutating func put<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, at offset: Int) {
        storeBytes(of: word.littleEndian, toByteOffset: offset, as: Word.self)
    }
}
