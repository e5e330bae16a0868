// One partition in one SQLite file.
//
//     entry  (first_index PRIMARY KEY, record_count, epoch, checksum, payload)   one row per group commit
//     lease  (one row: partition, cluster, epoch, owner, checksum)               the fence
//
// The write-ahead log with synchronous=FULL syncs once per commit, before COMMIT returns; readers in other
// processes never wait for the writer, nor it for them. Checkpoints are our own: SQLite's automatic one ignores
// the errors of its syncs, and a failed sync must end the process.

import Domain

final class PartitionFile {
    let partition: PartitionID
    private let database: SQLiteDatabase
    private let openFiles: OpenPartitionFiles
    private let selectLease: SQLiteStatement
    private let updateLease: SQLiteStatement
    private let selectTail: SQLiteStatement
    private let selectHeaderBefore: SQLiteStatement
    private let selectFrom: SQLiteStatement
    private let insert: SQLiteStatement
    /// What a write failed with: after it nobody knows what the disk holds, so nothing more is written.
    private var writeFailure: LogError?
    private var bytesSinceCheckpoint = 0

    static let applicationID: Int64 = 0x4652_5448  // "FRTH"
    static let schemaVersion: Int64 = 1
    /// Bytes appended between two checkpoints.
    private static let checkpointBytes = 4 << 20
    /// Frames (of one page, 4 KiB) past which a checkpoint waits for the readers: 16 MiB.
    private static let largestLogFrames = 4_096

    /// Opens a file that is known to exist and to be initialised; see `PartitionFile+Opening`.
    init(
        database: SQLiteDatabase, partition: PartitionID, openFiles: OpenPartitionFiles
    ) throws(LogError) {
        self.partition = partition
        self.database = database
        self.openFiles = openFiles
        try database.execute(
            """
            PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cell_size_check = ON;
            PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 16777216;
            """)
        selectLease = try database.prepare("SELECT epoch, owner, checksum FROM lease WHERE id = 1")
        updateLease = try database.prepare("UPDATE lease SET epoch = ?1, owner = ?2, checksum = ?3 WHERE id = 1")
        selectTail = try database.prepare(
            "SELECT first_index, record_count, epoch, checksum, payload FROM entry ORDER BY first_index DESC LIMIT 1")
        selectHeaderBefore = try database.prepare(
            """
            SELECT first_index, record_count FROM entry WHERE first_index <= ?1 ORDER BY first_index DESC LIMIT 1
            """)
        selectFrom = try database.prepare(
            """
            SELECT first_index, record_count, epoch, checksum, payload FROM entry
            WHERE first_index >= ?1 ORDER BY first_index
            """)
        insert = try database.prepare(
            "INSERT INTO entry (first_index, record_count, epoch, checksum, payload) VALUES (?1, ?2, ?3, ?4, ?5)")
        openFiles.opened(partition)
    }

    deinit { openFiles.closed(partition) }

    // MARK: - Writing

    func claim(owner: String, after seen: UInt64) throws(LogError) -> Claim {
        try writing { () throws(LogError) in
            let current = try leadership().epoch
            guard current == seen else { throw .fenced(currentEpoch: current) }
            let (epoch, overflow) = current.addingReportingOverflow(1)
            guard !overflow, epoch <= UInt64(Int64.max) else { throw corrupt("the epoch has no successor") }
            // Whoever leads builds on the last entry, so it has to be whole.
            let tail = try selectTail.row { row throws(LogError) in
                try stored(row).opened(partition: partition, file: database.name)
            }
            if let tail, tail.epoch >= epoch {
                throw corrupt("the last entry is of epoch \(tail.epoch), not yet claimed")
            }
            let checksum = Self.leaseChecksum(partition: partition, epoch: epoch, owner: owner)
            try updateLease.run(.integer(Int64(epoch)), .text(owner), .integer(Int64(bitPattern: checksum)))
            return Claim(epoch: epoch, lastIndex: tail?.lastIndex ?? 0)
        }
    }

    func append(_ records: [Record], epoch: UInt64, expecting lastIndex: UInt64) throws(LogError) -> UInt64 {
        guard lastIndex < UInt64(Int64.max) - UInt64(records.count) else { throw .unexpectedIndex(actual: try end()) }
        let entry =
            records.isEmpty
            ? nil
            : try StoredEntry(sealing: records, partition: partition, firstIndex: lastIndex + 1, epoch: epoch)
        try writing { () throws(LogError) in
            let current = try leadership().epoch
            guard epoch == current, epoch > 0 else { throw .fenced(currentEpoch: current) }
            let end = try end()
            guard end == lastIndex else { throw .unexpectedIndex(actual: end) }
            guard let entry else { return }
            try insert.run(
                .integer(Int64(entry.firstIndex)), .integer(Int64(entry.recordCount)), .integer(Int64(epoch)),
                .integer(Int64(bitPattern: entry.checksum)), .blob(entry.payload))
        }
        if let entry { try checkpointIfDue(appended: entry.payload.count) }
        return lastIndex + UInt64(records.count)
    }

    /// A transaction; after one whose outcome is unknown, no other begins.
    private func writing<Result>(_ body: () throws(LogError) -> Result) throws(LogError) -> Result {
        if let writeFailure { throw writeFailure }
        do throws(LogError) {
            return try database.writing(body)
        } catch {
            if error.isFatal { writeFailure = error }
            throw error
        }
    }

    private func checkpointIfDue(appended bytes: Int) throws(LogError) {
        // Every row costs about a page of frames besides its payload.
        bytesSinceCheckpoint += bytes + 8_192
        guard bytesSinceCheckpoint >= Self.checkpointBytes else { return }
        bytesSinceCheckpoint = 0
        do throws(LogError) {
            let frames = try database.checkpoint(.passive)
            if frames > Self.largestLogFrames { _ = try database.checkpoint(.truncate) }
        } catch .diskFull {
            // The entry is durable in the write-ahead log; the next checkpoint tries again.
        } catch {
            writeFailure = error
            throw error
        }
    }

    // MARK: - Reading

    func lastIndex() throws(LogError) -> UInt64 { try end() }

    func read(after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        guard index < UInt64(Int64.max) else { throw .unexpectedIndex(actual: try end()) }
        // Where the entry that contains `index + 1` begins: the last one before it, unless that ends there.
        let before = try selectHeaderBefore.row(.integer(Int64(index) + 1)) { row throws(LogError) in try header(row) }
        if let before, before.last < index { throw try gapOrEnd(after: before.last, wanted: index) }
        if before == nil, index > 0 { throw try gapOrEnd(after: 0, wanted: index) }
        var next = before.map { $0.last > index ? $0.first : index + 1 } ?? 1
        var entries: [LogEntry] = []
        var records = 0
        try selectFrom.rows(.integer(Int64(next))) { row throws(LogError) in
            let stored = try stored(row)
            guard stored.firstIndex == next else { throw missing(from: next, to: stored.firstIndex - 1) }
            let entry = try stored.opened(partition: partition, file: database.name)
            if let last = entries.last, entry.epoch < last.epoch {
                throw corrupt("epoch \(entry.epoch) at index \(entry.firstIndex) follows epoch \(last.epoch)")
            }
            entries.append(entry)
            next = entry.lastIndex + 1
            records += entry.records.count
            return records < limit
        }
        return entries
    }

    private func end() throws(LogError) -> UInt64 {
        try selectHeaderBefore.row(.integer(.max)) { row throws(LogError) in try header(row).last } ?? 0
    }

    private func gapOrEnd(after last: UInt64, wanted index: UInt64) throws(LogError) -> LogError {
        let end = try end()
        return end > last ? missing(from: last + 1, to: index) : .unexpectedIndex(actual: end)
    }

    // MARK: - Rows

    private func header(_ row: SQLiteStatement.Row) throws(LogError) -> (first: UInt64, last: UInt64) {
        guard let first = UInt64(exactly: row.integer(0)), let count = UInt64(exactly: row.integer(1)),
            first > 0, count > 0, count <= UInt64(UInt32.max), first <= UInt64(Int64.max) - count
        else { throw corrupt("a row says index \(row.integer(0)) and \(row.integer(1)) records") }
        return (first, first + count - 1)
    }

    private func stored(_ row: SQLiteStatement.Row) throws(LogError) -> StoredEntry {
        let (first, last) = try header(row)
        guard let epoch = UInt64(exactly: row.integer(2)) else { throw corrupt("epoch \(row.integer(2))", at: first) }
        return StoredEntry(
            firstIndex: first, recordCount: Int(last - first) + 1, epoch: epoch,
            checksum: UInt64(bitPattern: row.integer(3)), payload: row.blob(4))
    }

    func leadership() throws(LogError) -> Leadership {
        let leadership: Leadership? =
            try selectLease.row { row throws(LogError) in
                guard let epoch = UInt64(exactly: row.integer(0)) else { return nil }
                let owner = row.text(1)
                let expected = Self.leaseChecksum(partition: partition, epoch: epoch, owner: owner)
                return UInt64(bitPattern: row.integer(2)) == expected ? Leadership(epoch: epoch, owner: owner) : nil
            } ?? nil
        guard let leadership else { throw corrupt("the lease, which holds the epoch, is damaged or missing") }
        return leadership
    }

    static func leaseChecksum(partition: PartitionID, epoch: UInt64, owner: String) -> UInt64 {
        var hash = FNV1a()
        hash.update(word: UInt64(partition.number))
        hash.update(word: epoch)
        hash.update(utf8: owner)
        return finalMix(hash.value)
    }

    private func missing(from first: UInt64, to last: UInt64) -> LogError {
        corrupt("indexes \(first) to \(last) are missing", at: first)
    }

    private func corrupt(_ problem: String, at index: UInt64? = nil) -> LogError {
        let place = index.map { StoredEntry.place(file: database.name, partition: partition, index: $0) }
        return .corrupt(place: place ?? "\(database.name), partition \(partition)", problem: problem)
    }
}
