import CSQLite
import Domain

/// A compiled statement, bound and stepped over and over. It keeps its connection alive.
@safe final class SQLiteStatement {
    private let handle: OpaquePointer
    private let database: SQLiteDatabase

    /// Takes ownership of a prepared statement.
    @unsafe init(_ handle: OpaquePointer, of database: SQLiteDatabase) {
        unsafe self.handle = handle
        self.database = database
    }

    deinit { _ = unsafe sqlite3_finalize(handle) }

    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// The current row. Valid inside the closure that it is handed to.
    struct Row {
        fileprivate let statement: SQLiteStatement

        func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement.handle, column) }

        func text(_ column: Int32) -> String {
            guard let text = unsafe sqlite3_column_text(statement.handle, column) else { return "" }
            return unsafe String(cString: text)
        }

        /// A copy of a blob.
        func blob(_ column: Int32) -> [UInt8] {
            guard let start = unsafe sqlite3_column_blob(statement.handle, column) else { return [] }
            // The pointer is asked for before the length: that order keeps SQLite from converting the value.
            let count = Int(unsafe sqlite3_column_bytes(statement.handle, column))
            return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    /// Runs a statement that returns no row.
    func run(_ values: Value...) throws(LogError) {
        defer { _ = unsafe sqlite3_reset(handle) }
        try bind(values)
        _ = try step()
    }

    /// Runs a statement for its first row; nil when there is none.
    func row<Result>(_ values: Value..., read: (Row) throws(LogError) -> Result) throws(LogError) -> Result? {
        defer { _ = unsafe sqlite3_reset(handle) }
        try bind(values)
        return try step() ? try read(Row(statement: self)) : nil
    }

    /// Runs a statement row by row, until `read` returns false.
    func rows(_ values: Value..., read: (Row) throws(LogError) -> Bool) throws(LogError) {
        defer { _ = unsafe sqlite3_reset(handle) }
        try bind(values)
        while try step(), try read(Row(statement: self)) {}
    }

    private func step() throws(LogError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw database.error(code, doing: unsafe String(cString: sqlite3_sql(handle)))
        }
    }

    private func bind(_ values: [Value]) throws(LogError) {
        // Tells SQLite to copy before it returns, which leaves no pointer behind.
        let copying = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (position, value) in zip(Int32(1)..., values) {
            let code: Int32
            switch value {
            case .integer(let number):
                code = unsafe sqlite3_bind_int64(handle, position, number)
            case .text(let text):
                code = unsafe sqlite3_bind_text(handle, position, text, -1, copying)
            case .blob(let bytes):
                code = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe sqlite3_bind_blob64(
                        handle, position, buffer.baseAddress, sqlite3_uint64(buffer.count), copying)
                }
            }
            guard code == SQLITE_OK else { throw database.error(code, doing: "bind") }
        }
    }
}
