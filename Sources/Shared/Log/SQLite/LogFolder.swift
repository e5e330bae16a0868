// The folder of a log: where its files are, and the lock and syncs that creating them needs. What shoppers did and were
// shown is nobody else's business: only the user whom the workers run as can enter it and read what is in it.

import Glibc

public struct LogFolder: Sendable {
    let directory: String

    /// Creates the folder, and those above it, durably and for this user alone; one that is there stays as it is.
    public init(creating directory: String) throws(LogError) {
        self.directory = directory
        var path = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/") {
            let parent = path.isEmpty ? "/" : path
            path += "/" + part
            guard unsafe mkdir(path, 0o700) == 0 else {
                let code = errno
                if code == EEXIST { continue }
                throw Self.failure(code, "create the folder", path)
            }
            try Self.sync(parent)
        }
    }

    func path(of name: String) -> String { directory + "/" + name }

    func contains(_ name: String) -> Bool { unsafe access(path(of: name), F_OK) == 0 }

    /// Runs `body` while no other instance, of this process or another, does the same.
    func locked<Result>(_ body: () throws(LogError) -> Result) throws(LogError) -> Result {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(errno, "open the folder", directory) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            let code = errno
            guard code == EINTR else { throw Self.failure(code, "lock the folder", directory) }
        }
        return try body()
    }

    /// Makes a database appear whole or not at all, so that an empty file under a final name is always damage.
    /// Needs the lock.
    func create(_ name: String, build: (SQLiteDatabase) throws(LogError) -> Void) throws(LogError) {
        let draft = "draft-" + name
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink(path(of: draft + suffix)) }
        // SQLite gives its other files the permissions of the database.
        close(try openDraft(draft))
        // In a function of its own, so that the connection is closed and everything is in the one file after it.
        try buildDraft(draft, build)
        guard !contains(draft + "-wal"), !contains(draft + "-journal") else {
            throw .storageFailed(place: path(of: draft), problem: "was not written out when it was closed")
        }
        try Self.sync(path(of: draft))
        try rename(draft, to: name)
    }

    private func buildDraft(
        _ draft: String, _ build: (SQLiteDatabase) throws(LogError) -> Void
    ) throws(LogError) {
        try build(try SQLiteDatabase(path: path(of: draft), createIfMissing: true))
    }

    /// Makes a file appear whole or not at all, in place of one of that name: written under another name, synced,
    /// renamed, folder synced. Needs no lock.
    public func write(_ bytes: [UInt8], to name: String) throws(LogError) {
        // The process's own name for it, so that two that save the same do not write into one file.
        let draft = "draft-\(getpid())-\(name)"
        try write(bytes, toDraft: draft)
        try rename(draft, to: name)
    }

    private func write(_ bytes: [UInt8], toDraft draft: String) throws(LogError) {
        let path = path(of: draft)
        let descriptor = try openDraft(draft)
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            let code = errno
            if count < 0, code == EINTR { continue }
            guard count > 0 else {
                unsafe unlink(path)
                throw Self.failure(code, "write", path)
            }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw Self.failure(errno, "sync", path) }
    }

    private func openDraft(_ draft: String) throws(LogError) -> Int32 {
        let path = path(of: draft)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, "create", path) }
        return descriptor
    }

    /// Renames durably.
    func rename(_ old: String, to new: String) throws(LogError) {
        guard unsafe Glibc.rename(path(of: old), path(of: new)) == 0 else {
            throw Self.failure(errno, "rename \(old)", path(of: new))
        }
        try Self.sync(directory)
    }

    /// Names of the files whose names begin with `prefix`, sorted.
    func names(withPrefix prefix: String) throws(LogError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw Self.failure(errno, "list the folder", directory) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let item = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &item.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes the contents of a file, or the names in a folder, durable.
    private static func sync(_ path: String) throws(LogError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno, "open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(errno, "sync", path) }
    }

    static func failure(_ code: Int32, _ operation: String, _ path: String) -> LogError {
        if code == ENOSPC || code == EDQUOT { return .diskFull(place: path) }
        let reason = unsafe String(cString: strerror(code))
        return .storageFailed(place: path, problem: "cannot \(operation): \(reason) (errno \(code))")
    }
}
