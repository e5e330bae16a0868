// Meddles with a log's files behind its back, as a failing disk or a careless person would.

import CSQLite
import Testing

/// Runs SQL on a file, without any of the log's own checks.
func meddle(_ path: String, _ sql: String) throws {
    var handle: OpaquePointer?
    let opened = unsafe sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
    defer { _ = unsafe sqlite3_close_v2(handle) }
    try #require(opened == SQLITE_OK)
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    try #require(code == SQLITE_OK, "\(unsafe String(cString: sqlite3_errmsg(handle)))")
}

/// The one number that a query returns.
func number(_ path: String, _ sql: String) throws -> Int64 {
    var handle: OpaquePointer?
    let opened = unsafe sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil)
    defer { _ = unsafe sqlite3_close_v2(handle) }
    try #require(opened == SQLITE_OK)
    var statement: OpaquePointer?
    let prepared = unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    defer { _ = unsafe sqlite3_finalize(statement) }
    try #require(prepared == SQLITE_OK)
    try #require(unsafe sqlite3_step(statement) == SQLITE_ROW)
    return unsafe sqlite3_column_int64(statement, 0)
}
