import Domain
import Log
import LogConformance
import Testing

struct RecordCodecTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func whatIsEncodedDecodesToTheSameRecords(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let records = samples.records(40)
        var writer = ByteWriter()
        for record in records { RecordCodec.encode(record, into: &writer) }
        var reader = ByteReader(writer.bytes)
        for record in records { #expect(try RecordCodec.decode(from: &reader) == record) }
        try reader.finish()
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func aRecordKnowsHowManyBytesItTakes(seed: UInt64) {
        var samples = Samples(seed: seed)
        for record in samples.records(40) { #expect(record.encodedBytes == encoded(record).count) }
    }

    /// A count is believed if the bytes that are left could hold as many of the smallest.
    @Test(arguments: ["", "x"])
    func theShortestNamesAreReadBack(name: String) throws {
        let money = Money(minorUnits: 1)
        let exposure = Exposure(
            user: UserKey(tenant: name, user: name), product: name, day: 1, anchor: money, personalPrice: money,
            listPrice: money, expiresAt: Timestamp(milliseconds: 1), modelVersion: 1, arm: 0, propensity: 1)
        let record = Record.exposures(
            at: Timestamp(milliseconds: 1), [Exposure](repeating: exposure, count: 100))
        var reader = ByteReader(encoded(record))
        #expect(try RecordCodec.decode(from: &reader) == record)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anyMutationOfBytesIsARecordOrAnErrorAndNeverATrap(seed: UInt64) {
        var samples = Samples(seed: seed)
        for _ in 0..<500 {
            var bytes = encoded(samples.record())
            for _ in 0..<Int.random(in: 1...4, using: &samples.generator) {
                switch samples.generator.next() % 4 {
                case 0: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &samples.generator)))
                case 1: bytes.append(UInt8(truncatingIfNeeded: samples.generator.next()))
                default:
                    guard let position = bytes.indices.randomElement(using: &samples.generator) else { continue }
                    let hostile: [UInt8] = [
                        0, 1, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: samples.generator.next()),
                    ]
                    bytes[position] = hostile.randomElement(using: &samples.generator) ?? 0
                }
            }
            var reader = ByteReader(bytes)
            guard let record = try? RecordCodec.decode(from: &reader) else { continue }
            // What was understood says the same when it is written again.
            #expect(encoded(record) == Array(bytes[..<reader.offset]))
        }
    }

    @Test
    func everyShorterPrefixIsAnError() {
        var samples = Samples(seed: 7)
        for _ in 0..<20 {
            let bytes = encoded(samples.record())
            for length in 0..<bytes.count {
                var reader = ByteReader(Array(bytes.prefix(length)))
                #expect(throws: ByteError.self) { try RecordCodec.decode(from: &reader) }
            }
        }
    }

    @Test
    func anUnknownVersionAndAnUnknownTypeAreNamed() {
        var future = ByteReader([9, 1])
        #expect(throws: ByteError(offset: 1, problem: "record of unknown format version 9")) {
            try RecordCodec.decode(from: &future)
        }
        var other = ByteReader([1, 200])
        #expect(throws: ByteError(offset: 2, problem: "record of unknown type 200")) {
            try RecordCodec.decode(from: &other)
        }
    }

    @Test
    func theBytesOfARecordStayAsTheyAre() {
        let event = Event(
            id: EventID(0x0102), occurredAt: Timestamp(milliseconds: 3),
            basket: Basket(
                spend: Money(minorUnits: 4), lines: 5, dealLines: 6,
                items: [BasketItem(product: "p", quantity: 7, paid: Money(minorUnits: 8))]))
        let eight = { (low: UInt8) in [low] + [UInt8](repeating: 0, count: 7) }
        let expected: [UInt8] =
            [1, 1] + [1, 0, 0, 0, 0x74] + [1, 0, 0, 0, 0x75] + [1, 0, 0, 0]
            + [2, 1, 0, 0, 0, 0, 0, 0] + eight(3) + eight(4) + [5, 0, 0, 0] + [6, 0, 0, 0]
            + [1, 0, 0, 0] + [1, 0, 0, 0, 0x70] + eight(7) + eight(8)
        #expect(encoded(.events(user: UserKey(tenant: "t", user: "u"), events: [event])) == expected)
    }

    /// Whoever knows of no predictions reads a log without any; and there is one way to say that there are none.
    @Test
    func exposuresWithoutPredictionsAreWrittenAsTheyAlwaysWere() {
        let money = Money(minorUnits: 1)
        var exposure = Exposure(
            user: UserKey(tenant: "t", user: "u"), product: "p", day: 1, anchor: money, personalPrice: money,
            listPrice: money, expiresAt: Timestamp(milliseconds: 1), modelVersion: 1, arm: 0, propensity: 1)
        let plain = encoded(.exposures(at: Timestamp(milliseconds: 2), [exposure]))
        #expect(plain.starts(with: [1, 2]))
        exposure.prediction = DemandPrediction(
            logOdds: 1, priceTerm: 2, saturation: 1, settledAt: Timestamp(milliseconds: 3))
        let predicted = encoded(.exposures(at: Timestamp(milliseconds: 2), [exposure]))
        #expect(predicted == [1, 8] + plain.dropFirst(2) + predicted.suffix(21))
        #expect(predicted.suffix(21).first == 1)
        exposure.prediction?.sharpness = 7
        let sharp = encoded(.exposures(at: Timestamp(milliseconds: 2), [exposure]))
        #expect(sharp == predicted.dropLast(21) + [2] + predicted.suffix(20) + [0, 0, 0xe0, 0x40])
        var logit = ByteReader(sharp.dropLast(4) + [0, 0, 0x80, 0x3f])
        #expect(throws: ByteError.self) { try RecordCodec.decode(from: &logit) }
        var empty = ByteReader([1, 8] + plain.dropFirst(2) + [0])
        #expect(throws: ByteError.self) { try RecordCodec.decode(from: &empty) }
    }

    private func encoded(_ record: Record) -> [UInt8] {
        var writer = ByteWriter()
        RecordCodec.encode(record, into: &writer)
        return writer.bytes
    }
}
