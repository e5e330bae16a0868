// The law of every decoder: whatever the bytes are, they become a value or a refusal, never a trap, and take no more
// memory than was given beforehand.

import Domain
import Testing
import Wire

struct TotalDecodingTests {
    @Test(arguments: 0..<16 as Range<UInt64>)
    func randomBytesAreAValueOrARefusal(seed: UInt64) {
        let reader = Reader()
        var generator = Generator(seed: seed)
        for _ in 0..<300 {
            let bytes = generator.bytes(Int.random(in: 0...300, using: &generator))
            for (_, decode) in reader.decoders { _ = whyRefused(bytes, decode) }
        }
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func mutatedBodiesAreAValueOrARefusal(seed: UInt64) throws {
        let reader = Reader()
        let bodies = try Vectors.load().bodies.map { ($0.message, $0.bytes) }
        var generator = Generator(seed: seed)
        for _ in 0..<100 {
            for (message, original) in bodies {
                let bytes = mutated(original, &generator)
                for (name, decode) in reader.decoders
                where name == message || Int.random(in: 0..<8, using: &generator) == 0 {
                    guard let why = whyRefused(bytes, decode) else { continue }
                    #expect(!why.place.isEmpty && !why.remedy.isEmpty)
                }
            }
        }
    }

    /// One to four edits: cut, repeat, overwrite with bytes that protobuf gives a meaning to, insert.
    private func mutated(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = original
        let hostile: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x08]
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let start = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, start + Int.random(in: 0...24, using: &generator))
            switch generator.next() % 5 {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 2: bytes.insert(hostile.randomElement(using: &generator) ?? 0, at: start)
            case 3: if start < bytes.count { bytes[start] = hostile.randomElement(using: &generator) ?? 0 }
            default: if start < bytes.count { bytes[start] ^= 1 << UInt8(generator.next() % 8) }
            }
        }
        return bytes
    }

    @Test func bodiesCutAtAnyLengthAreAValueOrARefusal() throws {
        let reader = Reader()
        for vector in try Vectors.load().bodies {
            let bytes = vector.bytes
            for (_, decode) in reader.decoders {
                for count in bytes.indices { _ = whyRefused(Array(bytes.prefix(count)), decode) }
            }
        }
    }

    /// A body that is small on the wire and large in memory, in every place where one can be built.
    @Test func aMessageThatUnpacksIntoTooMuchIsRefusedByEveryDecoder() throws {
        let reader = Reader()
        for (message, decode) in reader.decoders {
            // A field of a number that no message has, half a million times.
            let unknown = Array(repeatElement([0xc0, 0x3e, 0x00] as [UInt8], count: Limits.bodyBytes / 3).joined())
            #expect(whyRefused(unknown, decode)?.code == .bodyTooComplex, "\(message)")
        }
    }

    @Test func whatDoesNotFitIsRefusedAndTheNextMessageIsRead() throws {
        let reader = Reader(unpackedBytes: 1_024)
        let encoder = BodyEncoder()
        func cart(_ lines: Int) throws -> PriceRequest {
            PriceRequest(
                user: Reader.user, currency: try #require(Currency(code: "USD")),
                lines: Array(repeating: CartLine(product: "p", quantity: 1), count: lines))
        }
        let small = try cart(1)
        for _ in 0..<100 {
            let why = whyRefused(encoder.priceRequest(try cart(100)).bytes) { bytes throws(Refusal) in
                _ = try reader.priceRequest(bytes)
            }
            #expect(why?.code == .bodyTooComplex)
            #expect(try reader.priceRequest(encoder.priceRequest(small).bytes) == small)
        }
    }

    /// protobuf-c hands text over as C does. What follows a zero byte does not exist, here and in the key hash.
    @Test func textEndsAtItsFirstZeroByte() throws {
        let reader = Reader()
        let bytes: [UInt8] =
            [0x0a, 3, 0x61, 0, 0x62, 0x12, 1, 0x75, 0x1a, 3] + Array("USD".utf8)
            + [0x22, 5, 0x0a, 1, 0x70, 0x10, 1]
        #expect(try reader.priceRequest(bytes).user == UserKey(tenant: "a", user: "u"))
    }

    @Test func partitionsThatDoNotExistAreRefused() {
        let reader = Reader()
        // partition 65536
        let bytes: [UInt8] = [0x08, 0x80, 0x80, 0x04]
        let status = whyRefused(bytes) { bytes throws(Refusal) in _ = try reader.partitionStatus(bytes) }
        let acknowledgement = whyRefused(bytes) { bytes throws(Refusal) in _ = try reader.eventAcknowledgement(bytes) }
        #expect(status?.place == "partition" && acknowledgement?.place == "partition")
    }
}
