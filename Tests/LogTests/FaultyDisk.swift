// A disk that fails on command: SQLite's own file layer with two of its functions replaced. It becomes the
// process's default layer and lets every file through, except those in a folder whose name says "faulty-disk".

import CSQLite

enum FaultyDisk {
    static let marker = "faulty-disk"

    enum Fault {
        case none
        /// Syncs report an input/output error; what was written may or may not stay.
        case syncFails
        /// Writes to the write-ahead log find no space.
        case full
    }

    /// What the marked folder's files do now. One test uses it at a time.
    static var fault: Fault {
        get { unsafe currentFault }
        set { unsafe currentFault = newValue }
    }

    /// Syncs of marked write-ahead logs so far.
    static var walSyncs: Int { unsafe countedSyncs }

    // The header defines these by arithmetic, which Swift does not import.
    private static let writeFailed = SQLITE_IOERR | 3 << 8
    private static let syncFailed = SQLITE_IOERR | 4 << 8

    nonisolated(unsafe) private static var currentFault = Fault.none
    nonisolated(unsafe) private static var countedSyncs = 0
    nonisolated(unsafe) private static var usual: UnsafeMutablePointer<sqlite3_vfs>?
    nonisolated(unsafe) private static var usualMethods: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var walMethods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)

    /// Puts the layer in place, once.
    static let isInstalled: Bool = {
        guard let original = unsafe sqlite3_vfs_find(nil) else { return false }
        unsafe usual = original
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe layer.initialize(to: original.pointee)
        unsafe layer.pointee.pNext = nil
        unsafe layer.pointee.xOpen = { _, name, file, flags, outFlags in
            unsafe FaultyDisk.open(name, file, flags, outFlags)
        }
        return unsafe sqlite3_vfs_register(layer, 1) == SQLITE_OK
    }()

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let usual = unsafe usual, let open = unsafe usual.pointee.xOpen else { return SQLITE_CANTOPEN }
        let code = unsafe open(usual, name, file, flags, outFlags)
        guard code == SQLITE_OK, let name = unsafe name, let file = unsafe file, flags & SQLITE_OPEN_WAL != 0,
            unsafe String(cString: name).contains(marker), let methods = unsafe file.pointee.pMethods
        else { return code }
        unsafe usualMethods = methods
        var replaced = unsafe methods.pointee
        unsafe replaced.xSync = { file, flags in unsafe FaultyDisk.sync(file, flags) }
        unsafe replaced.xWrite = { file, bytes, count, offset in
            unsafe FaultyDisk.write(file, bytes, count, offset)
        }
        unsafe walMethods.initialize(to: replaced)
        unsafe file.pointee.pMethods = UnsafePointer(walMethods)
        return code
    }

    private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
        unsafe countedSyncs += 1
        guard fault != .syncFails, let sync = unsafe usualMethods?.pointee.xSync else { return syncFailed }
        return unsafe sync(file, flags)
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        guard fault != .full else { return SQLITE_FULL }
        guard let write = unsafe usualMethods?.pointee.xWrite else { return writeFailed }
        return unsafe write(file, bytes, count, offset)
    }
}
