// An entry as it lies in storage: sealed with a checksum over where it belongs and what it says, so that a
// flipped bit, a shortened payload and a row copied from another partition or index are all told apart from
// the truth. Every step of FNV-1a is a bijection, so no change of a single byte can go unnoticed; the other
// changes pass with a chance of 2⁻⁶⁴.

import Domain

/// A sealed entry. Public for logs that live in modules of their own.
public struct StoredEntry: Sendable {
    public var firstIndex: UInt64
    public var recordCount: Int
    public var epoch: UInt64
    public var checksum: UInt64
    /// A count, then the records.
    public var payload: [UInt8]

    /// Past this an entry would hold up everything behind it.
    static let largestPayload = 256 << 20

    /// Encodes and seals.
    /// - Throws: `.entryTooLarge` past `largestPayload`.
    public init(sealing records: [Record], partition: PartitionID, firstIndex: UInt64, epoch: UInt64) throws(LogError) {
        var writer = ByteWriter()
        writer.write(records) { RecordCodec.encode($1, into: &$0) }
        guard writer.bytes.count <= Self.largestPayload else {
            throw .entryTooLarge(bytes: writer.bytes.count, limit: Self.largestPayload)
        }
        self.firstIndex = firstIndex
        recordCount = records.count
        self.epoch = epoch
        payload = writer.bytes
        checksum = Self.checksum(partition: partition, firstIndex: firstIndex, epoch: epoch, payload: payload)
    }

    /// An entry as storage gave it back, not yet checked.
    public init(firstIndex: UInt64, recordCount: Int, epoch: UInt64, checksum: UInt64, payload: [UInt8]) {
        self.firstIndex = firstIndex
        self.recordCount = recordCount
        self.epoch = epoch
        self.checksum = checksum
        self.payload = payload
    }

    /// Checks the seal and decodes.
    /// - Parameter file: names the storage in errors.
    /// - Throws: `.corrupt` when it is not what was sealed for this partition and index.
    public func opened(partition: PartitionID, file: String) throws(LogError) -> LogEntry {
        var place: String { Self.place(file: file, partition: partition, index: firstIndex) }
        let expected = Self.checksum(partition: partition, firstIndex: firstIndex, epoch: epoch, payload: payload)
        guard checksum == expected || planted(.checksumIgnored) else {
            throw .corrupt(
                place: place,
                problem: "the entry's checksum is \(hexadecimal(checksum)) but its \(payload.count) bytes give "
                    + hexadecimal(expected))
        }
        let records: [Record]
        do {
            var reader = ByteReader(payload)
            records = try reader.readArray(minimumBytes: 2) { reader throws(ByteError) in
                try RecordCodec.decode(from: &reader)
            }
            try reader.finish()
        } catch {
            throw .corrupt(place: place, problem: "the entry does not decode (\(error))")
        }
        guard records.count == recordCount, !records.isEmpty, firstIndex > 0 else {
            throw .corrupt(
                place: place, problem: "the entry's row says \(recordCount) records but it holds \(records.count)")
        }
        return LogEntry(firstIndex: firstIndex, epoch: epoch, records: records)
    }

    static func place(file: String, partition: PartitionID, index: UInt64) -> String {
        "\(file), partition \(partition), index \(index)"
    }

    private static func checksum(
        partition: PartitionID, firstIndex: UInt64, epoch: UInt64, payload: [UInt8]
    ) -> UInt64 {
        var hash = FNV1a()
        hash.update(word: UInt64(partition.number))
        hash.update(word: firstIndex)
        hash.update(word: epoch)
        for byte in payload { hash.update(byte) }
        return finalMix(hash.value)
    }
}
