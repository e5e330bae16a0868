// This implementation and the vectors agree: hashes, headers, and what must be refused.

import Domain
import Testing
import Wire

struct VectorTests {
    private let reader = Reader()

    @Test func keyHashesAreTheOnesOfTheVectors() throws {
        for vector in try Vectors.load().keyHashes {
            let hash = KeyHash(tenant: vector["tenant"].text, user: vector["user"].text)
            #expect(hexadecimal(hash.value) == vector["hash"].text)
            #expect(Int64(hash.partition(of: 16).number) == vector["partition_of_16"].int64)
            #expect(Int64(hash.partition(of: 256).number) == vector["partition_of_256"].int64)
        }
    }

    @Test func partitionsAreTheHighBitsOfTheProduct() throws {
        for vector in try Vectors.load().partitions {
            let hash = KeyHash(try #require(UInt64(vector["hash"].text, radix: 16)))
            #expect(Int64(hash.partition(of: Int(vector["of"].int64)).number) == vector["partition"].int64)
        }
    }

    @Test func headersReadAndWriteAsTheVectorsSay() throws {
        for vector in try Vectors.load().headers {
            let header = MessageHeader(
                kind: try #require(MessageKind(rawValue: UInt8(vector["kind"].int64))), isReply: vector["reply"].bool,
                priority: try #require(MessagePriority(rawValue: UInt8(vector["priority"].int64))),
                deadlineMicroseconds: vector["deadline_us"].uint32,
                status: try #require(AnswerStatus(code: UInt16(vector["status"].int64))),
                keyHash: KeyHash(try #require(UInt64(vector["key_hash"].text, radix: 16))),
                requestID: vector["request_id"].requestID, index: vector["index"].uint64, tag: vector["tag"].uint64)
            let name = vector["name"].text
            #expect(header.encoded() == vector["hex"].bytes, "\(name)")
            #expect(try reader.header(vector["hex"].bytes) == header, "\(name)")
        }
    }

    @Test func brokenHeadersAreRefusedAsTheVectorsSay() throws {
        for vector in try Vectors.load().brokenHeaders {
            let name = vector["name"].text
            let why = try #require(
                whyRefused(vector["hex"].bytes) { bytes throws(Refusal) in _ = try reader.header(bytes) }, "\(name)")
            #expect(Int64(why.code.rawValue) == vector["code"].int64, "\(name)")
            #expect(why.place == vector["place"].text, "\(name)")
            #expect(!why.remedy.isEmpty, "\(name)")
        }
    }

    @Test func brokenBodiesAreRefusedAsTheVectorsSay() throws {
        for vector in try Vectors.load().brokenBodies {
            let kind = try #require(MessageKind(rawValue: vector.kind))
            let decode = try #require(reader.decode(kind))
            let why = try #require(whyRefused(vector.bytes, decode), "\(vector.name)")
            #expect(why.code.rawValue == vector.code, "\(vector.name)")
            #expect(why.place == vector.place, "\(vector.name)")
            #expect(!why.remedy.isEmpty, "\(vector.name)")
        }
    }

    @Test func theVectorsHoldEveryMessageAndEveryKind() throws {
        let vectors = try Vectors.load()
        let messages = Set(vectors.bodies.map(\.message))
        #expect(reader.decoders.allSatisfy { messages.contains($0.message) })
        let kinds = Set(vectors.headers.map { $0["kind"].int64 })
        #expect(kinds == Set(MessageKind.allCases.map { Int64($0.rawValue) }))
    }

    @Test func theVectorsHoldEveryRefusalThatBytesAloneCanEarn() throws {
        let vectors = try Vectors.load()
        let codes = Set(vectors.brokenHeaders.map { $0["code"].int64 } + vectors.brokenBodies.map { Int64($0.code) })
        let expected: [RefusalCode] = [
            .truncatedHeader, .wrongMagic, .unsupportedVersion, .unknownKind, .frameTooLarge, .malformedBody,
            .bodyTooComplex, .invalidIdentifier, .emptyCart, .tooManyLines, .invalidQuantity, .unknownCurrency,
            .invalidEvent, .tooManyEvents, .invalidCatalogueRow, .tooManyRows, .modelRejected, .invalidFreeze,
            .invalidStockValue,
        ]
        #expect(codes == Set(expected.map { Int64($0.rawValue) }))
    }
}
