// A snapshot as it lies in storage: magic, version, partition, index, epoch, state hash, bytes, checksum.

import Domain

/// Public for logs that live in modules of their own.
public enum StoredSnapshot {
    private static let magic: UInt32 = 0x5053_5246  // "FRSP"
    private static let version: UInt8 = 1

    /// The bytes to store.
    public static func sealed(_ snapshot: Snapshot, partition: PartitionID) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(magic)
        writer.write(version)
        writer.write(partition.number)
        writer.write(snapshot.index)
        writer.write(snapshot.epoch)
        writer.write(snapshot.stateHash)
        writer.write(snapshot.bytes)
        writer.write(checksum(writer.bytes[...]))
        return writer.bytes
    }

    /// Checks the seal and decodes.
    /// - Parameter file: names the storage in errors.
    /// - Throws: `.corrupt` when the bytes are not a whole snapshot of this partition.
    public static func opened(_ bytes: [UInt8], partition: PartitionID, file: String) throws(LogError) -> Snapshot {
        do {
            guard bytes.count >= 8 else { throw ByteError(offset: 0, problem: "is too short for a snapshot") }
            var seal = ByteReader(bytes[(bytes.count - 8)...])
            guard try seal.read() == checksum(bytes[..<(bytes.count - 8)]) else {
                throw ByteError(offset: bytes.count - 8, problem: "the checksum does not match the contents")
            }
            var reader = ByteReader(bytes[..<(bytes.count - 8)])
            guard try reader.read() == magic else { throw reader.error("is not a snapshot") }
            guard try reader.read() == version else { throw reader.error("is of an unknown version") }
            let number: UInt16 = try reader.read()
            guard number == partition.number else { throw reader.error("belongs to \(PartitionID(number))") }
            let snapshot = Snapshot(
                index: try reader.read(), epoch: try reader.read(), stateHash: try reader.read(),
                bytes: try reader.readBytes())
            try reader.finish()
            return snapshot
        } catch {
            throw .corrupt(place: "\(file), partition \(partition)", problem: "\(error)")
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash = FNV1a()
        for byte in bytes { hash.update(byte) }
        return finalMix(hash.value)
    }
}

extension Snapshot {
    /// A snapshot is taken of acknowledged records, so one that reaches past the log's end proves a loss.
    /// - Throws: `.corrupt`.
    public func check(against lastIndex: UInt64, place: String) throws(LogError) {
        guard index <= lastIndex else {
            throw .corrupt(
                place: place,
                problem: "the snapshot reaches index \(index) but the log ends at \(lastIndex): "
                    + "acknowledged records are missing")
        }
    }
}
