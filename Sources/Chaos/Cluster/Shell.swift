// Runs a tool of the machine to its end: ip, mount, umount.

import Foundation

enum Shell {
    struct Result {
        var status: Int32
        var errors: String
    }

    /// - Returns: nil when the tool is not there.
    @discardableResult
    static func run(_ tool: String, _ arguments: [String]) -> Result? {
        guard let path = find(tool) else { return nil }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        do { try process.run() } catch { return nil }
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, errors: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Runs a tool that has to succeed.
    static func require(_ tool: String, _ arguments: [String], remedy: String) throws(ChaosError) {
        guard let result = run(tool, arguments) else {
            throw ChaosError("`\(tool)` is not on this machine", remedy: "Install it (scripts/requirements tests).")
        }
        guard result.status == 0 else {
            throw ChaosError("`\(tool) \(arguments.joined(separator: " "))` failed: \(result.errors)", remedy: remedy)
        }
    }

    /// The full path of a tool, also of those that only root has on its path.
    static func find(_ tool: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { $0 + "/" + tool }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
