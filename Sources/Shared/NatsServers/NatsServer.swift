// One server as a child process. nats-server does not notice when its parent ends, so a shell becomes the server and
// leaves a watcher behind, which asks the server to end when their standard input closes. That happens however the
// parent ends.

import Foundation
import Glibc

final class NatsServer {
    let files: NatsServerFiles
    private let executable: String
    private var child: (process: Process, input: Pipe)?

    private static let script = #"""
        exec 3<&0
        { read -r _ <&3; kill -TERM $$; } &
        exec "$1" -c "$2" </dev/null 3<&-
        """#

    init(files: NatsServerFiles, executable: String) {
        self.files = files
        self.executable = executable
    }

    var isRunning: Bool { child?.process.isRunning ?? false }

    /// - Parameter ended: called on some thread when the process has ended, with its status.
    func start(ended: @escaping @Sendable (Int32) -> Void) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", Self.script, "sh", executable, files.configuration]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { process in
            // Lets the watcher go.
            try? input.fileHandleForWriting.close()
            ended(process.terminationStatus)
        }
        try process.run()
        child = (process, input)
    }

    /// Asks the server to end: it hands over what it leads and writes what it holds. Returns at once.
    func askToEnd() { try? child?.input.fileHandleForWriting.close() }

    func waitUntilEnded() { child?.process.waitUntilExit() }

    /// Nil when it does not run.
    var processID: Int32? { child.flatMap { $0.process.isRunning ? $0.process.processIdentifier : nil } }
}
