// One message of a partition's stream: a group commit, or a claim of the lead. It says all of itself, its own place
// in the stream included, so that a reader needs nothing but its bytes, and a message in the wrong place is noticed.
//
//     magic u32 · version u8 · kind u8 · lane u8 · partition u16 · sequence u64 · first index u64 · records u32
//     · epoch u64 · claim's sequence u64 · writer u64 · attempt u64 · payload's checksum u64 · seal u64 · payload
//
// In the payload and not in NATS headers, because the library parses headers into allocated text, twice the cost of
// everything else that happens to a small message. The seal covers what stands before it.

import Domain
import Log

struct LogMessage {
    enum Content {
        case claim(owner: String)
        case entry(StoredEntry)
    }

    /// Which attempt of which writer a message is: how a writer that got no answer knows its own again.
    struct Origin: Equatable {
        /// Random for each log that is opened.
        var writer: UInt64
        /// Counts what it has tried to write.
        var attempt: UInt64
    }

    var partition: PartitionID
    /// Which of the partition's streams it lies in.
    var lane: Lane
    /// Its place in that stream.
    var sequence: UInt64
    /// The index of its first record; for a claim, of the first that this stream did not have before it.
    var firstIndex: UInt64
    var epoch: UInt64
    /// Where in its stream the claim lies that this epoch began with.
    var claimSequence: UInt64
    var origin: Origin
    var content: Content

    /// The last record of its stream, up to this message.
    var lastIndex: UInt64 {
        switch content {
        case .claim: firstIndex - 1
        case .entry(let entry): firstIndex + UInt64(entry.recordCount) - 1
        }
    }

    private static let magic: UInt32 = 0x534a_5246  // "FRJS"
    private static let version: UInt8 = 2
    private static let claimKind: UInt8 = 1
    private static let entryKind: UInt8 = 2

    // MARK: - Bytes

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.magic)
        writer.write(Self.version)
        let (kind, count, checksum, payload) = parts
        writer.write(kind)
        writer.write(lane.rawValue)
        writer.write(partition.number)
        writer.write(sequence)
        writer.write(firstIndex)
        writer.write(count)
        writer.write(epoch)
        writer.write(claimSequence)
        writer.write(origin.writer)
        writer.write(origin.attempt)
        writer.write(checksum)
        writer.write(Self.checksum(writer.bytes))
        return writer.bytes + payload
    }

    private var parts: (kind: UInt8, count: UInt32, checksum: UInt64, payload: [UInt8]) {
        switch content {
        case .claim(let owner): (Self.claimKind, 0, Self.checksum(owner.utf8), Array(owner.utf8))
        case .entry(let entry): (Self.entryKind, UInt32(entry.recordCount), entry.checksum, entry.payload)
        }
    }

    private static let sealOffset = 69

    /// Reads a message; the records inside an entry are checked when it is opened.
    static func decoded(_ bytes: [UInt8]) throws(ByteError) -> LogMessage {
        var reader = ByteReader(bytes)
        guard try reader.read() == magic else { throw reader.error("is not a message of Farthing's log") }
        guard try reader.read() == version else { throw reader.error("is of an unknown version") }
        let kind: UInt8 = try reader.read()
        let laneNumber: UInt8 = try reader.read()
        let partition = PartitionID(try reader.read())
        let sequence: UInt64 = try reader.read()
        let firstIndex: UInt64 = try reader.read()
        let count: UInt32 = try reader.read()
        let epoch: UInt64 = try reader.read()
        let claimSequence: UInt64 = try reader.read()
        let origin = Origin(writer: try reader.read(), attempt: try reader.read())
        let payloadChecksum: UInt64 = try reader.read()
        guard try reader.read() == checksum(bytes[..<sealOffset]) else {
            throw reader.error("the seal does not match what it covers")
        }
        guard let lane = Lane(rawValue: laneNumber) else { throw reader.error("names stream \(laneNumber)") }
        let payload = Array(bytes[reader.offset...])
        guard firstIndex > 0, !firstIndex.addingReportingOverflow(UInt64(count)).overflow else {
            throw reader.error("index \(firstIndex) and \(count) records")
        }
        let content: Content
        switch kind {
        case claimKind:
            guard payloadChecksum == checksum(payload), let owner = String(validating: payload, as: UTF8.self) else {
                throw reader.error("the claim's owner is damaged")
            }
            content = .claim(owner: owner)
        case entryKind:
            guard count > 0 else { throw reader.error("an entry of no records") }
            content = .entry(
                StoredEntry(
                    firstIndex: firstIndex, recordCount: Int(count), epoch: epoch, checksum: payloadChecksum,
                    payload: payload))
        default: throw reader.error("is of an unknown kind, \(kind)")
        }
        return LogMessage(
            partition: partition, lane: lane, sequence: sequence, firstIndex: firstIndex, epoch: epoch,
            claimSequence: claimSequence, origin: origin, content: content)
    }

    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = FNV1a()
        hash.update(bytes)
        return finalMix(hash.value)
    }
}
