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
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> MessageHeader {
        guard bytes.count >= 4, unsafe bytes.word(UInt32.self, at: 0) == magic else {
            throw Refusal(
                .wrongMagic, place: "header[0..<4]", value: unsafe bytes.prefix(4).map { hexadecimalByte($0) }.joined(),
                remedy: "Begin the first frame with the four bytes 46 52 54 48 (“FRTH”).")
        }
        guard bytes.count == encodedBytes else {
            throw Refusal(
                .truncatedHeader, place: "header", value: "\(bytes.count) bytes",
                remedy: "Send the header as a frame of exactly \(encodedBytes) bytes.")
        }
        guard unsafe bytes[4] == version else {
            throw Refusal(
                .unsupportedVersion, place: "header[4]", value: "\(unsafe bytes[4])",
                remedy: "Speak version \(version) of the protocol.")
        }
        let kindByte = unsafe bytes[5]
        guard let kind = MessageKind(rawValue: kindByte & ~replyBit) else {
            throw Refusal(
                .unknownKind, place: "header[5]", value: "\(kindByte)", remedy: "Use a kind that docs/wire.md lists.")
        }
        guard let priority = unsafe MessagePriority(rawValue: bytes[6]) else {
            throw Refusal(
                .malformedBody, place: "header[6]", value: "\(unsafe bytes[6])",
                remedy: "Use a priority from 0 (commit) to \(MessagePriority.allCases.count - 1) (shadow).")
        }
        guard let status = unsafe AnswerStatus(code: bytes.word(UInt16.self, at: 12)) else {
            throw Refusal(
                .malformedBody, place: "header[12..<14]", value: "\(unsafe bytes.word(UInt16.self, at: 12))",
                remedy: "Set the status of a request to 0.")
        }
        return unsafe MessageHeader(
            kind: kind, isReply: kindByte & replyBit != 0, priority: priority,
            deadlineMicroseconds: bytes.word(UInt32.self, at: 8), status: status,
            keyHash: KeyHash(bytes.word(UInt64.self, at: 16)),
            requestID: RequestID(high: bytes.word(UInt64.self, at: 24), low: bytes.word(UInt64.self, at: 32)),
            index: bytes.word(UInt64.self, at: 40), tag: bytes.word(UInt64.self, at: 48))
    }

    /// The request id of bytes whose header may be broken elsewhere, so that a refusal can still be matched.
    public static func salvageRequestID(_ bytes: UnsafeRawBufferPointer) -> RequestID {
        guard bytes.count >= 40 else { return .none }
        return unsafe RequestID(high: bytes.word(UInt64.self, at: 24), low: bytes.word(UInt64.self, at: 32))
    }

    /// Writes the 56 bytes.
    /// - Precondition: `bytes.count == encodedBytes`.
    public func encode(into bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count == Self.encodedBytes)
        unsafe bytes.put(Self.magic, at: 0)
        unsafe bytes[4] = Self.version
        unsafe bytes[5] = kind.rawValue | (isReply ? Self.replyBit : 0)
        unsafe bytes[6] = priority.rawValue
        unsafe bytes[7] = 0
        unsafe bytes.put(deadlineMicroseconds, at: 8)
        unsafe bytes.put(status.code, at: 12)
        unsafe bytes.put(UInt16(0), at: 14)
        unsafe bytes.put(keyHash.value, at: 16)
        unsafe bytes.put(requestID.high, at: 24)
        unsafe bytes.put(requestID.low, at: 32)
        unsafe bytes.put(index, at: 40)
        unsafe bytes.put(tag, at: 48)
    }

    public func encoded() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.encodedBytes) { buffer, count in
            unsafe encode(
                into: UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<Self.encodedBytes]))
            count = Self.encodedBytes
        }
    }
}

extension UnsafeRawBufferPointer {
    func word<Word: FixedWidthInteger>(_: Word.Type, at offset: Int) -> Word {
        unsafe Word(littleEndian: loadUnaligned(fromByteOffset: offset, as: Word.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    func put(_ word: some FixedWidthInteger, at offset: Int) {
        unsafe storeBytes(of: word.littleEndian, toByteOffset: offset, as: type(of: word))
    }
}

private func hexadecimalByte(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
