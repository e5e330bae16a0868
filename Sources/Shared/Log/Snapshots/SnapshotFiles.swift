// Snapshots are files of their own beside the partition's database: one can be as large as a partition's whole
// state, and inside SQLite it would pass through the write-ahead log that the acknowledgements wait for.

import Domain
import Glibc

struct SnapshotFiles {
    let folder: LogFolder
    let partition: PartitionID

    /// Snapshots that stay.
    private static let kept = 2

    func save(_ snapshot: Snapshot) throws(LogError) {
        let name = prefix + Self.padded(snapshot.index)
        try folder.write(StoredSnapshot.sealed(snapshot, partition: partition), to: name)
        for old in try folder.names(withPrefix: prefix).dropLast(Self.kept) { unsafe unlink(folder.path(of: old)) }
    }

    /// - Parameters:
    ///   - lastIndex: where the log ends.
    ///   - damageFound: told of each damaged file that is passed over.
    func latest(lastIndex: UInt64, damageFound: (LogError) -> Void) throws(LogError) -> Snapshot? {
        for name in try folder.names(withPrefix: prefix).reversed() {
            // Gone when another process has just saved a newer one.
            guard let bytes = try readFile(folder.path(of: name)) else { continue }
            let snapshot: Snapshot
            do throws(LogError) {
                snapshot = try StoredSnapshot.opened(bytes, partition: partition, file: name)
            } catch {
                damageFound(error)
                continue
            }
            try snapshot.check(against: lastIndex, place: name)
            return snapshot
        }
        return nil
    }

    private var prefix: String { PartitionFile.name(of: partition).dropLast("sqlite".count) + "snapshot-" }

    /// Twenty digits, so that names sort like numbers.
    private static func padded(_ index: UInt64) -> String {
        let digits = String(index)
        return String(repeating: "0", count: 20 - digits.count) + digits
    }
}

/// The bytes of a file; nil when there is none.
func readFile(_ path: String) throws(LogError) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        let code = errno
        if code == ENOENT { return nil }
        throw LogFolder.failure(code, "open", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        if count < 0, code == EINTR { continue }
        guard count >= 0 else { throw LogFolder.failure(code, "read", path) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[..<count])
    }
}
