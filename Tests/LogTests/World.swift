// Where a log lives while a test runs, and the kinds of log that all keep the same contract.

import Foundation
import Glibc
import Log
import LogConformance

enum LogKind: String, CaseIterable, Sendable {
    case memory, sqlite

    func makeWorld() throws -> World {
        switch self {
        case .memory:
            let storage = MemoryLogStorage(partitionCount: World.partitionCount)
            return World { () throws(LogError) in MemoryLog(storage: storage) }
        case .sqlite:
            let folder = try ScratchFolder()
            return World { () throws(LogError) in try folder.openLog() }
        }
    }
}

/// A folder of a test's own. All of them go away when the process ends, because a log may outlive the last mention
/// of its folder.
struct ScratchFolder {
    let path: String

    private static let root: String = {
        let path = FileManager.default.temporaryDirectory.path + "/farthing-log-tests-\(UUID().uuidString)"
        atexit { try? FileManager.default.removeItem(atPath: ScratchFolder.root) }
        return path
    }()

    init(marker: String = "log") throws {
        path = Self.root + "/\(marker)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func openLog(
        cluster: String = "test", partitionCount: Int = World.partitionCount,
        openFiles: OpenPartitionFiles = OpenPartitionFiles()
    ) throws(LogError) -> SQLiteLog {
        try SQLiteLog(
            directory: path + "/log", cluster: cluster, partitionCount: partitionCount, openFiles: openFiles)
    }

    func file(_ name: String) -> String { path + "/log/" + name }

    func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: file(name)))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    func size(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }

    /// What a power cut leaves behind: the files as they are now, without what only memory knew.
    func afterPowerCut() throws -> ScratchFolder {
        let copy = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: copy.path + "/log", withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: path + "/log") where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: file(name), toPath: copy.file(name))
        }
        return copy
    }
}
