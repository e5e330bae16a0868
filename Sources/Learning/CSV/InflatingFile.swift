// Bytes of a file, inflated on the way when it is gzip. zlib's gzread passes plain files through unchanged, so
// one reader serves both.

import CZlib
import Foundation

/// A file being read from its start. Owns the handle: opened by `init`, closed once by `deinit`.
@safe
struct InflatingFile: ~Copyable {
    private let handle: gzFile
    /// The file's name without its folders, for errors.
    let name: String

    init(path: String) throws(LearningError) {
        name = path.split(separator: "/").last.map(String.init) ?? path
        let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        if kind == .typeDirectory {
            throw LearningError(place: path, value: "a folder", remedy: "Give a file in it.")
        }
        guard let handle = unsafe gzopen(path, "rb") else {
            throw LearningError(place: path, value: "no readable file", remedy: "Check the path and its permissions.")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe gzclose(handle) }

    /// Fills `buffer` from its start.
    /// - Returns: how many bytes were read; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(LearningError) -> Int {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe gzread(handle, bytes.baseAddress, UInt32(clamping: bytes.count))
        }
        // A truncated gzip stream reads short and only then reports itself.
        var code: Int32 = Z_OK
        let message = unsafe gzerror(handle, &code)
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            let text = unsafe message.map { unsafe String(cString: $0) } ?? "error \(code)"
            throw LearningError(place: name, value: text, remedy: "The file is damaged: copy it again.")
        }
        return Int(count)
    }
}
