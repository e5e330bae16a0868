// A file that is looked at piece by piece, so that a large one takes neither its size in memory nor the time to fill it.

import Glibc

/// The bytes that a file had when it was opened.
final class FileWindow {
    let size: Int
    private let descriptor: CInt
    private let path: String
    private var bytes: [UInt8]
    /// Of the file, that are in `bytes`.
    private var range = 0..<0

    private static let usualSize = 1 << 17

    /// - Returns: nil when there is no such file.
    init?(_ path: String) throws(LogError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            throw LogFolder.failure(code, "open", path)
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw LogFolder.failure(code, "read", path)
        }
        self.descriptor = descriptor
        self.path = path
        size = Int(status.st_size)
        bytes = [UInt8](repeating: 0, count: Self.usualSize)
    }

    deinit { close(descriptor) }

    /// - Precondition: the range lies within `size`.
    func bytes(_ wanted: Range<Int>) throws(LogError) -> ArraySlice<UInt8> {
        precondition(wanted.upperBound <= size, "nothing is known beyond the end")
        if wanted.lowerBound < range.lowerBound || wanted.upperBound > range.upperBound {
            try load(wanted.lowerBound..<min(size, max(wanted.upperBound, wanted.lowerBound + Self.usualSize)))
        }
        return bytes[(wanted.lowerBound - range.lowerBound)..<(wanted.upperBound - range.lowerBound)]
    }

    /// What has gone from the file meanwhile is zeros.
    private func load(_ wanted: Range<Int>) throws(LogError) {
        if wanted.count > bytes.count { bytes = [UInt8](repeating: 0, count: wanted.count) }
        range = wanted
        var loaded = 0
        while loaded < wanted.count {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe pread(
                    descriptor, room.baseAddress! + loaded, wanted.count - loaded,
                    off_t(wanted.lowerBound + loaded))
            }
            let code = errno
            if count < 0, code == EINTR { continue }
            guard count >= 0 else { throw LogFolder.failure(code, "read", path) }
            if count == 0 {
                for place in loaded..<wanted.count { bytes[place] = 0 }
                return
            }
            loaded += count
        }
    }

    func bigEndian(at offset: Int) throws(LogError) -> UInt32 {
        try bytes(offset..<(offset + 4)).bigEndian(at: 0)
    }

    func bigEndianPair(at offset: Int) throws(LogError) -> UInt64 {
        UInt64(try bigEndian(at: offset)) << 32 | UInt64(try bigEndian(at: offset + 4))
    }
}

extension ArraySlice<UInt8> {
    /// - Parameter offset: from the start of the slice.
    func bigEndian(at offset: Int) -> UInt32 {
        let place = startIndex + offset
        return UInt32(self[place]) << 24 | UInt32(self[place + 1]) << 16 | UInt32(self[place + 2]) << 8
            | UInt32(self[place + 3])
    }
}
