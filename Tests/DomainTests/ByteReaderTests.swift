// What Farthing writes for itself comes back unchanged, and what was damaged is an error with a place: never a
// trap, never a guess, never an allocation that only a lie asked for.

import Domain
import TestSupport
import Testing

@Suite struct ByteReaderTests {
    /// One of everything that can be written.
    private struct Sample: Equatable {
        var byte: UInt8 = 0xfe
        var signed: Int32 = -2
        var word: UInt64 = 0x0102_0304_0506_0708
        var float: Float = -0.0
        var double = Double.leastNonzeroMagnitude
        var money = Money(minorUnits: .min)
        var time = Timestamp(milliseconds: -1)
        var text = "größe 用户"
        var block: [UInt8] = [0, 1, 255]
        var list: [UInt16] = [7, 0, .max]

        func written() -> [UInt8] {
            var writer = ByteWriter()
            writer.write(byte)
            writer.write(signed)
            writer.write(word)
            writer.write(float)
            writer.write(double)
            writer.write(money)
            writer.write(time)
            writer.write(text)
            writer.write(block)
            writer.write(list) { $0.write($1) }
            return writer.bytes
        }

        static func read(_ bytes: [UInt8]) throws(ByteError) -> Sample {
            var reader = ByteReader(bytes)
            let sample = try read(&reader)
            try reader.finish()
            return sample
        }

        static func read(_ reader: inout ByteReader) throws(ByteError) -> Sample {
            Sample(
                byte: try reader.read(), signed: try reader.read(), word: try reader.read(),
                float: try reader.readFloat(), double: try reader.readDouble(), money: try reader.readMoney(),
                time: try reader.readTimestamp(), text: try reader.readString(), block: try reader.readBytes(),
                list: try reader.readArray(minimumBytes: 2) { reader throws(ByteError) in try reader.read() })
        }
    }

    @Test func whatWasWrittenIsReadBack() throws {
        #expect(try Sample.read(Sample().written()) == Sample())
        let empty = Sample(text: "", block: [], list: [])
        #expect(try Sample.read(empty.written()) == empty)
    }

    @Test func theBytesAreLittleEndianWithLengthsBeforeContents() {
        var writer = ByteWriter()
        writer.write(UInt32(0x0a0b_0c0d))
        writer.write(Int8(-1))
        writer.write("é")
        writer.write([UInt8(9)])
        writer.write([UInt8(1), 2]) { $0.write($1) }
        #expect(
            writer.bytes == [
                0x0d, 0x0c, 0x0b, 0x0a, 0xff, 2, 0, 0, 0, 0xc3, 0xa9, 1, 0, 0, 0, 9, 2, 0, 0, 0, 1, 2,
            ])
    }

    @Test func bitPatternsOfFloatsSurvive() throws {
        for value in [Double.nan, .infinity, -.infinity, -0.0, .greatestFiniteMagnitude] {
            var writer = ByteWriter()
            writer.write(value)
            writer.write(Float(value))
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readDouble().bitPattern == value.bitPattern)
            #expect(try reader.readFloat().bitPattern == Float(value).bitPattern)
        }
    }

    @Test func everyTruncationIsAnErrorWithAPlaceInsideTheBytes() {
        let whole = Sample().written()
        for length in 0..<whole.count {
            let error = #expect(throws: ByteError.self) { try Sample.read(Array(whole.prefix(length))) }
            #expect(error.map { 0...length ~= $0.offset } == true)
        }
    }

    @Test func bytesLeftOverAreAnError() {
        let error = #expect(throws: ByteError.self) { try Sample.read(Sample().written() + [0, 0]) }
        #expect(error?.problem == "2 bytes too many")
    }

    @Test func noDamageTraps() {
        var lottery = Lottery(seed: 1)
        let whole = Sample().written()
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<4, using: &lottery) {
                bytes[Int.random(in: 0..<bytes.count, using: &lottery)] = UInt8.random(in: 0...255, using: &lottery)
            }
            // Most damage changes a value and goes unnoticed here; checksums are for that. None may trap.
            if let read = try? Sample.read(bytes) { #expect(read.written() == bytes) }
        }
    }

    @Test func aSliceIsReadFromItsOwnStartAndErrorsNamePlacesOfTheWhole() throws {
        let bytes = [0xff, 0xff] + Sample().written()
        var reader = ByteReader(bytes[2...])
        #expect(try Sample.read(&reader) == Sample())
        #expect(reader.offset == bytes.count)
        #expect(reader.remaining == 0)
        let error = #expect(throws: ByteError.self) { try reader.read(UInt8.self) }
        #expect(error == ByteError(offset: bytes.count, problem: "ends inside a UInt8"))
        #expect(error?.description == "byte \(bytes.count): ends inside a UInt8")
    }

    @Test func textThatIsNotUnicodeIsAnError() {
        for damaged: [UInt8] in [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]] {
            var writer = ByteWriter()
            writer.write(damaged)
            #expect(throws: ByteError.self) {
                var reader = ByteReader(writer.bytes)
                return try reader.readString()
            }
        }
    }

    @Test(arguments: [1, 2, 8, 1_000, Int.max])
    func aCountThatTheBytesCannotHoldIsRefusedBeforeAnythingIsMade(_ minimumBytes: Int) {
        var writer = ByteWriter()
        writer.write(UInt32.max)
        writer.write(UInt64(0))
        let bytes = writer.bytes
        var elementsRead = 0
        #expect(throws: ByteError.self) {
            var reader = ByteReader(bytes)
            _ = try reader.readArray(minimumBytes: minimumBytes) { reader throws(ByteError) -> UInt8 in
                elementsRead += 1
                return try reader.read()
            }
        }
        #expect(elementsRead == 0)
        for read in [{ (reader: inout ByteReader) throws in _ = try reader.readBytes() }, { _ = try $0.readString() }] {
            #expect(throws: ByteError.self) {
                var reader = ByteReader(bytes)
                try read(&reader)
            }
        }
    }

    @Test func aCountIsAcceptedUpToWhatTheBytesCanHold() throws {
        for (count, fits) in [(UInt32(0), true), (4, true), (5, false)] {
            var writer = ByteWriter()
            writer.write(count)
            writer.write(UInt64(0))
            var reader = ByteReader(writer.bytes)
            #expect((try? reader.readCount(minimumBytes: 2)) == (fits ? Int(count) : nil))
        }
    }
}
