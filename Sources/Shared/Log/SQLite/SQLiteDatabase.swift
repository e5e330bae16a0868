// One connection to one SQLite file, used from one thread.
//
// This is the C API without a library in between: the log needs six statements, exact control over when a
// transaction begins and ends, and every result code, because "disk full" and "sync failed" lead to different
// ends. An object-relational layer would hide the last two and bring weight for the first.

import CSQLite
import Domain
import Glibc

@safe final class SQLiteDatabase {
    /// The file's name without its folder, as errors show it.
    let name: String
    private let handle: OpaquePointer

    /// Opens a file, creating it on demand.
    init(path: String, createIfMissing: Bool) throws(LogError) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | (createIfMissing ? SQLITE_OPEN_CREATE : 0)
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let handle = unsafe opened else {
            throw .storageFailed(place: path, problem: "SQLite has no memory to open it (code \(code))")
        }
        guard code == SQLITE_OK else {
            let error = unsafe Self.error(code, handle, name: name, doing: "open")
            _ = unsafe sqlite3_close_v2(handle)
            throw error
        }
        unsafe self.handle = handle
        self.name = name
        _ = unsafe sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
    }

    /// How long a call waits for another process's lock. Commits take milliseconds; a wait this long is a fault.
    private static let busyTimeoutMilliseconds: Int32 = 5_000

    deinit { _ = unsafe sqlite3_close_v2(handle) }

    /// From now on closing does not checkpoint: the write-ahead log stays what it is, even if this connection is the
    /// file's last.
    func keepWriteAheadLogOnClose() throws(LogError) {
        let code = unsafe farthing_sqlite3_keep_write_ahead_log(handle)
        guard code == SQLITE_OK else { throw error(code, doing: "keep the write-ahead log") }
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(LogError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, doing: sql) }
    }

    /// Compiles one statement for repeated use.
    func prepare(_ sql: String) throws(LogError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil)
        guard code == SQLITE_OK, let compiled = unsafe statement else { throw error(code, doing: sql) }
        return unsafe SQLiteStatement(compiled, of: self)
    }

    /// The one number that a statement returns.
    func number(_ sql: String) throws(LogError) -> Int64 {
        let statement = try prepare(sql)
        return try statement.row { row in row.integer(0) } ?? 0
    }

    /// Runs `body` between BEGIN IMMEDIATE and COMMIT; rolls back when it throws.
    func writing<Result>(_ body: () throws(LogError) -> Result) throws(LogError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(LogError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // Some failures have rolled back already.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Copies the write-ahead log into the database and, when nobody reads it, starts it over.
    /// - Returns: frames left in it.
    func checkpoint(_ mode: CheckpointMode) throws(LogError) -> Int {
        _ = unsafe sqlite3_busy_timeout(handle, mode.timeoutMilliseconds)
        defer { _ = unsafe sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds) }
        var frames: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode.code, &frames, nil)
        guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else { throw error(code, doing: "checkpoint") }
        return Int(max(0, frames))
    }

    enum CheckpointMode {
        /// Waits for nobody.
        case passive
        /// Waits a moment for readers, then cuts the file to nothing. A reader that hangs must not hold up appends;
        /// while it does, the file grows.
        case truncate

        fileprivate var code: Int32 { self == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE }

        fileprivate var timeoutMilliseconds: Int32 { self == .passive ? 0 : 100 }
    }

    func error(_ code: Int32, doing operation: String) -> LogError {
        unsafe Self.error(code, handle, name: name, doing: operation)
    }

    private static func error(
        _ code: Int32, _ handle: OpaquePointer, name: String, doing operation: String
    ) -> LogError {
        let systemError = unsafe sqlite3_system_errno(handle)
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        let problem = "\(message) (SQLite code \(code), errno \(systemError)) during \(operation.prefix(40))"
        switch code & 0xff {
        case SQLITE_FULL: return .diskFull(place: name)
        case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT: return .diskFull(place: name)
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(place: name)
        case SQLITE_CORRUPT: return .corrupt(place: name, problem: problem)
        case SQLITE_NOTADB: return .unsupportedFile(place: name, problem: problem)
        default: return .storageFailed(place: name, problem: problem)
        }
    }
}
