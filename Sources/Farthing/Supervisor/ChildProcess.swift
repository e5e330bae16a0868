import Foundation
import Glibc
import Supervision

/// A process that the supervisor has started.
protocol Child {
    var identifier: Int32 { get }
    func terminate()
    func kill()
}

/// A process that ends when its standard input does: it cannot outlive this one, however this one ends.
final class ChildProcess: Child {
    private let process = Process()
    /// Held open for as long as the child shall run.
    private let input = Pipe()
    private let output = Pipe()

    /// - Parameters:
    ///   - spoke: called once, from any thread, when the child has written its first line to standard output; nil
    ///     for one that never does.
    ///   - ended: called once, from any thread, when it is over.
    init(
        executable: URL, arguments: [String], spoke: (@Sendable (_ process: Int32) -> Void)?,
        ended: @escaping @Sendable (_ process: Int32, ProcessEnd) -> Void
    ) throws {
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = spoke == nil ? FileHandle.nullDevice : output
        process.terminationHandler = { process in
            let status = process.terminationStatus
            ended(
                process.processIdentifier, process.terminationReason == .exit ? .status(status) : .signal(status))
        }
        try process.run()
        guard let spoke else { return }
        let identifier = process.processIdentifier
        output.fileHandleForReading.readabilityHandler = { handle in
            let isEnd = handle.availableData.isEmpty
            // Whatever follows the first line is not read: children speak on standard error.
            handle.readabilityHandler = nil
            if !isEnd { spoke(identifier) }
        }
    }

    var identifier: Int32 { process.processIdentifier }

    func terminate() {
        process.terminate()
        // A signal can come too early to be heard; the end of its input is there to be read at any time.
        try? input.fileHandleForWriting.close()
    }

    func kill() { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
}
