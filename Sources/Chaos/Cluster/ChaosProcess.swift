// One process of the cluster, with its standard input held open: it ends when this process does.

import Domain
import Foundation
import Glibc
import Operations

final class ChaosProcess {
    let name: String
    /// nil when it ended at once.
    let mark: ProcessMark?
    private let process: Process
    private let input: Pipe

    /// Starts a command.
    /// - Parameters:
    ///   - command: a full path, then arguments.
    ///   - journal: where standard error goes, appended.
    ///   - ended: called on another thread when it has ended.
    init(
        _ name: String, _ command: [String], journal: String, ended: @escaping @Sendable (_ status: Int32) -> Void
    ) throws {
        self.name = name
        process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        if !FileManager.default.fileExists(atPath: journal) {
            _ = FileManager.default.createFile(atPath: journal, contents: nil)
        }
        let errors = try FileHandle(forUpdating: URL(filePath: journal))
        try errors.seekToEnd()
        process.standardError = errors
        process.terminationHandler = { ended($0.terminationStatus) }
        try process.run()
        try errors.close()
        mark = ProcessMark(process.processIdentifier)
    }

    var isRunning: Bool { process.isRunning }

    func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    /// Waits until it has ended, at most so long, then kills it.
    func end(with signal: Int32, patienceMilliseconds: Int) {
        send(signal)
        // A signal can come too early to be heard; the end of its input is there to be read at any time.
        if signal == SIGTERM { try? input.fileHandleForWriting.close() }
        let deadline = Clock.monotonic().adding(microseconds: UInt64(patienceMilliseconds) * 1_000)
        while process.isRunning, Clock.monotonic() < deadline { usleep(5_000) }
        send(SIGKILL)
        process.waitUntilExit()
    }
}
