// Tells a torn tail from damage in the middle of a write-ahead log, before SQLite opens it.
//
// SQLite recovers a write-ahead log up to the first frame that fails its checksum and forgets the rest without a
// word. After a power cut that is right: the rest is the one commit that was being written. But when a commit
// follows the bad frame, that frame's own commit had been synced and acknowledged first, and forgetting it would
// lose records. The two can be told apart because each frame's checksum starts from the one stored before it: a
// frame of this generation that continues the chain behind a later commit proves that the commit was complete.
//
// What stays indistinguishable from a torn tail is damage inside the very last commit.
//
// A leader may be writing the file while it is read here, and two halves of different age look like damage. So damage
// counts when it is found again while nobody can write. It is not looked for like that in the first place, because
// SQLite gives its lock only to a connection, which recovers first; one that was opened for this leaves the
// write-ahead log alone.
// Source: https://www.sqlite.org/fileformat2.html#walformat, sections 4.1 to 4.3.

struct WriteAheadLogInspection {
    /// - Parameter database: path of the database whose write-ahead log it is; there may be none.
    /// - Throws: `.corrupt` when an acknowledged commit is damaged; `.busy` when that could not be told, because
    ///   another process kept the file locked.
    static func check(database path: String) throws(LogError) {
        guard try damage(of: path + "-wal") != nil else { return }
        let database = try SQLiteDatabase(path: path, createIfMissing: false)
        try database.keepWriteAheadLogOnClose()
        let damage = try database.writing { () throws(LogError) in try Self.damage(of: path + "-wal") }
        if let damage { throw damage }
    }

    private static func damage(of path: String) throws(LogError) -> LogError? {
        guard let file = try FileWindow(path), let inspection = try WriteAheadLogInspection(file),
            let frame = try inspection.damagedFrame()
        else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let what = frame < 0 ? "the header" : "frame \(frame + 1)"
        return .corrupt(
            place: "\(name), byte \(max(0, inspection.offset(of: frame)))",
            problem: "\(what) of the write-ahead log is damaged, and acknowledged commits follow it")
    }

    private let file: FileWindow
    private let pageSize: Int
    private let isBigEndian: Bool
    private let salt: UInt64
    private let frameCount: Int

    private static let headerSize = 32
    private static let frameHeaderSize = 24
    /// SQLite's default, which Farthing's files have.
    private static let usualPageSize = 4_096

    private init?(_ file: FileWindow) throws(LogError) {
        guard file.size >= Self.headerSize else { return nil }
        self.file = file
        isBigEndian = try file.bigEndian(at: 0) == 0x377f_0683
        let stated = Int(try file.bigEndian(at: 8))
        let isPossible = (512...65_536).contains(stated) && stated.nonzeroBitCount == 1
        pageSize = isPossible ? stated : Self.usualPageSize
        salt = try file.bigEndianPair(at: 16)
        frameCount = (file.size - Self.headerSize) / (Self.frameHeaderSize + pageSize)
    }

    /// The first frame that fails while acknowledged commits follow it; −1 stands for the header.
    private func damagedFrame() throws(LogError) -> Int? {
        let computedHeader = try checksum(from: Checksum(), 0..<24)
        let storedHeader = try storedChecksum(at: 24)
        guard computedHeader == storedHeader else {
            if try continues(computedHeader, at: 0) { return -1 }
            return try continues(storedHeader, at: 0) ? -1 : nil
        }
        var seed = storedHeader
        for frame in 0..<frameCount {
            let computed = try computedChecksum(of: frame, from: seed)
            let stored = try storedChecksum(of: frame)
            guard computed == stored, try hasCurrentSalt(frame) else {
                return try isFollowedByCommit(frame, computed) ? frame : nil
            }
            seed = stored
        }
        return nil
    }

    private func isFollowedByCommit(_ bad: Int, _ computed: Checksum) throws(LogError) -> Bool {
        for frame in bad..<frameCount {
            let next = frame + 1
            guard next < frameCount, try endsCommit(frame), try hasCurrentSalt(next) else { continue }
            if try continues(storedChecksum(of: frame), at: next) { return true }
            if frame == bad, try continues(computed, at: next) { return true }
        }
        return false
    }

    // MARK: - Frames

    private func offset(of frame: Int) -> Int { Self.headerSize + frame * (Self.frameHeaderSize + pageSize) }

    private func continues(_ seed: Checksum, at frame: Int) throws(LogError) -> Bool {
        guard frame < frameCount else { return false }
        return try computedChecksum(of: frame, from: seed) == storedChecksum(of: frame)
    }

    private func endsCommit(_ frame: Int) throws(LogError) -> Bool {
        try file.bigEndian(at: offset(of: frame) + 4) != 0
    }

    /// Frames of an earlier generation, left behind when the log was started over, have another salt.
    private func hasCurrentSalt(_ frame: Int) throws(LogError) -> Bool {
        try file.bigEndianPair(at: offset(of: frame) + 8) == salt
    }

    private func storedChecksum(of frame: Int) throws(LogError) -> Checksum {
        try storedChecksum(at: offset(of: frame) + 16)
    }

    private func computedChecksum(of frame: Int, from seed: Checksum) throws(LogError) -> Checksum {
        let start = offset(of: frame)
        let page = start + Self.frameHeaderSize
        return try checksum(from: checksum(from: seed, start..<(start + 8)), page..<(page + pageSize))
    }

    // MARK: - Checksums

    private struct Checksum: Equatable {
        var first: UInt32 = 0
        var second: UInt32 = 0
    }

    private func storedChecksum(at offset: Int) throws(LogError) -> Checksum {
        Checksum(first: try file.bigEndian(at: offset), second: try file.bigEndian(at: offset + 4))
    }

    private func checksum(from seed: Checksum, _ range: Range<Int>) throws(LogError) -> Checksum {
        var sum = seed
        let isBigEndian = isBigEndian
        let bytes = try file.bytes(range)
        for offset in stride(from: 0, to: range.count, by: 8) {
            var (first, second) = (bytes.bigEndian(at: offset), bytes.bigEndian(at: offset + 4))
            if !isBigEndian { (first, second) = (first.byteSwapped, second.byteSwapped) }
            sum.first = sum.first &+ first &+ sum.second
            sum.second = sum.second &+ second &+ sum.first
        }
        return sum
    }
}
