// What lies under a snapshot's subject: its sealed bytes in chunks, then one manifest that lists them. A snapshot
// without its manifest is one that is being saved, or whose saving was interrupted.
//
//     chunk      kind u8 = 1 · bytes
//     manifest   kind u8 = 2 · magic u32 · index u64 · epoch u64 · state hash u64 · bytes u64 · sequences · checksum u64

import Domain
import Log

struct SnapshotManifest: Equatable {
    var index: UInt64
    var epoch: UInt64
    var stateHash: UInt64
    var byteCount: UInt64
    /// Where the chunks lie in the snapshots' stream, in order.
    var chunks: [UInt64]

    private static let magic: UInt32 = 0x4d53_5246  // "FRSM"
    private static let chunkKind: UInt8 = 1
    private static let manifestKind: UInt8 = 2
    static let chunkBytes = 512 << 10

    enum Part: Equatable {
        case chunk(ArraySlice<UInt8>)
        case manifest(SnapshotManifest)
    }

    static func encoded(chunk: ArraySlice<UInt8>) -> [UInt8] { [chunkKind] + chunk }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.manifestKind)
        writer.write(Self.magic)
        writer.write(index)
        writer.write(epoch)
        writer.write(stateHash)
        writer.write(byteCount)
        writer.write(chunks) { $0.write($1) }
        writer.write(Self.checksum(writer.bytes[...]))
        return writer.bytes
    }

    static func part(_ bytes: [UInt8]) throws(ByteError) -> Part {
        var reader = ByteReader(bytes)
        switch try reader.read(UInt8.self) {
        case chunkKind: return .chunk(bytes[1...])
        case manifestKind: break
        case let kind: throw reader.error("kind \(kind) is neither a chunk nor a manifest")
        }
        guard try reader.read() == magic else { throw reader.error("is not a snapshot's manifest") }
        let manifest = SnapshotManifest(
            index: try reader.read(), epoch: try reader.read(), stateHash: try reader.read(),
            byteCount: try reader.read(),
            chunks: try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try reader.read() })
        let covered = bytes[..<reader.offset]
        guard try reader.read() == checksum(covered) else {
            throw reader.error("the checksum does not match the contents")
        }
        try reader.finish()
        return .manifest(manifest)
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash = FNV1a()
        for byte in bytes { hash.update(byte) }
        return finalMix(hash.value)
    }
}
