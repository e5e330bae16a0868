// The header's codec: what is written is read, and every other sequence of bytes is a header or a refusal.

import Domain
import Testing
import Wire

struct HeaderTests {
    private let reader = Reader()

    private func random(_ generator: inout Generator) -> MessageHeader {
        let isReply = Bool.random(using: &generator)
        var status = AnswerStatus.answered(.personal)
        if isReply {
            let refused = RefusalCode.allCases.map { AnswerStatus.refused($0) }
            let answered = PriceLevel.allCases.map { AnswerStatus.answered($0) }
            status = (refused + answered).randomElement(using: &generator) ?? status
        }
        return MessageHeader(
            kind: MessageKind.allCases.randomElement(using: &generator) ?? .price, isReply: isReply,
            priority: MessagePriority.allCases.randomElement(using: &generator) ?? .price,
            deadlineMicroseconds: .random(in: 0 ... .max, using: &generator), status: status,
            keyHash: KeyHash(generator.next()), requestID: RequestID(using: &generator), index: generator.next(),
            tag: generator.next())
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<200 {
            let header = random(&generator)
            #expect(header.encoded().count == MessageHeader.encodedBytes)
            #expect(try reader.header(header.encoded()) == header)
        }
    }

    @Test func everyStatusCrossesTheWire() throws {
        for code in UInt16.min ... .max {
            guard let status = AnswerStatus(code: code) else { continue }
            #expect(status.code == code)
            let reply = MessageHeader(
                kind: .price, isReply: true, deadlineMicroseconds: 0, status: status, keyHash: KeyHash(0),
                requestID: .none)
            #expect(try reader.header(reply.encoded()).status == status)
        }
        #expect(RefusalCode.allCases.allSatisfy { $0.rawValue >= RefusalCode.lowest })
        #expect(PriceLevel.allCases.allSatisfy { UInt16($0.rawValue) < RefusalCode.lowest })
    }

    /// Bytes that no field occupies are written as zero and not looked at.
    private static let reserved: Set<Int> = [7, 14, 15]

    @Test func everyMutationOfOneByteIsAHeaderThatSaysSoOrARefusal() throws {
        let request = MessageHeader(
            kind: .price, deadlineMicroseconds: 2_000_000, keyHash: KeyHash(7), requestID: RequestID(high: 1, low: 2))
        for original in [request, request.reply(.refused(.unknownProduct), index: 3)] {
            for position in 0..<MessageHeader.encodedBytes {
                for value in UInt8.min ... .max {
                    var bytes = original.encoded()
                    bytes[position] = value
                    guard let header = try? reader.header(bytes) else { continue }
                    let again = header.encoded()
                    let isKnownStatus = AnswerStatus(code: UInt16(bytes[12]) | UInt16(bytes[13]) << 8) != nil
                    for index in bytes.indices where !Self.reserved.contains(index) {
                        if !isKnownStatus && (index == 12 || index == 13) { continue }
                        #expect(again[index] == bytes[index])
                    }
                }
            }
        }
    }

    @Test func onlyFiftySixBytesAreAHeader() throws {
        let bytes = MessageHeader(
            kind: .status, deadlineMicroseconds: 1, keyHash: KeyHash(0), requestID: .none
        ).encoded()
        for count in 0..<bytes.count {
            let why = whyRefused(Array(bytes.prefix(count))) { bytes throws(Refusal) in _ = try reader.header(bytes) }
            #expect(why?.code == (count < 4 ? .wrongMagic : .truncatedHeader))
        }
        let long = whyRefused(bytes + [0]) { bytes throws(Refusal) in _ = try reader.header(bytes) }
        #expect(long?.code == .truncatedHeader)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomBytesAreNeverATrap(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<500 {
            var bytes = generator.bytes(Int.random(in: 0...80, using: &generator))
            if Bool.random(using: &generator) {
                bytes.replaceSubrange(..<min(6, bytes.count), with: "FRTH\u{1}\u{1}".utf8)
            }
            _ = whyRefused(bytes) { bytes throws(Refusal) in _ = try reader.header(bytes) }
        }
    }

    @Test func aRequestIDIsSalvagedFromABrokenHeader() {
        let id = RequestID(high: 0x0123_4567_89ab_cdef, low: 42)
        var bytes = MessageHeader(kind: .price, deadlineMicroseconds: 1, keyHash: KeyHash(0), requestID: id).encoded()
        bytes[0] = 0
        bytes[5] = 99
        #expect(reader.salvagedRequestID(bytes) == id)
        #expect(reader.salvagedRequestID(Array(bytes.prefix(40))) == id)
        #expect(reader.salvagedRequestID(Array(bytes.prefix(39))) == .none)
        #expect(reader.salvagedRequestID([]) == .none)
    }
}
