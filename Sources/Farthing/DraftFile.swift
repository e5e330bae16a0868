// A file that is there whole or not at all, written piece by piece: what `Data.write(options: .atomic)` does for what
// fits in memory. The draft lies beside the file, because a rename does not cross file systems.

import Domain
import Foundation

/// A text file that appears under its name when it is complete. One that is dropped before leaves nothing behind.
struct DraftFile: ~Copyable {
    private let path: String
    private let draft: String
    private let handle: FileHandle
    private var buffer: [UInt8] = []

    private static let pieceBytes = 1 << 18

    /// Makes the folders that are missing, too.
    init(_ path: String) throws(Refusal) {
        // Through a link, its target is replaced and the link stays.
        let url = URL(filePath: path).resolvingSymlinksInPath()
        self.path = url.path
        draft = url.path + ".\(ProcessInfo.processInfo.processIdentifier).draft"
        if let kind = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType,
            kind != .typeRegular
        {
            throw Refusal(.invalidFile, place: path, value: "not a plain file", remedy: "Name a file to write.")
        }
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: draft))
            handle = try FileHandle(forWritingTo: URL(filePath: draft))
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    deinit {
        try? handle.close()
        // Gone already when it was renamed.
        try? FileManager.default.removeItem(atPath: draft)
    }

    mutating func write(_ text: String) throws(Refusal) { try write(text.utf8) }

    mutating func write(_ bytes: some Sequence<UInt8>) throws(Refusal) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.pieceBytes { try flush() }
    }

    /// Puts the file in the place of the one of that name.
    consuming func finish() throws(Refusal) {
        try flush()
        do {
            try handle.synchronize()
        } catch {
            throw Self.unwritable(path, error)
        }
        guard unsafe rename(draft, path) == 0 else {
            throw Self.unwritable(path, POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO))
        }
    }

    private mutating func flush() throws(Refusal) {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw Self.unwritable(path, error)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func unwritable(_ path: String, _ error: any Error) -> Refusal {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        let reason = cause.localizedDescription.replacing("The operation could not be completed. ", with: "")
        return Refusal(
            .invalidFile, place: path, value: "cannot be written (\(reason))",
            remedy: "Check the path, its permissions and the free space.")
    }
}
