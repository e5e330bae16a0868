// Makes a system call of a running process fail, by `strace -p … -e inject=`. Only the chosen call is stopped at
// by strace's filter of names; the others still pass through ptrace, so the victim is slower while it lasts.

import Domain
import Foundation
import Glibc
import Operations

final class SystemCallTracer {
    private let process = Process()
    let attachedAt: MonotonicInstant

    /// Attaches to a process; returns when it is attached.
    init(_ fault: SystemCallFault, of victim: ProcessMark, in folder: RunFolder) throws {
        guard let strace = Shell.find("strace") else {
            throw ChaosError("`strace` is not on this machine", remedy: "Install it (scripts/requirements tests).")
        }
        process.executableURL = URL(filePath: strace)
        let call = fault.call.rawValue
        process.arguments = [
            "-f", "-p", "\(victim.number)", "-o", folder.file("strace-\(victim.number)"), "-e", "trace=\(call)",
            "-e", "inject=\(call):error=\(fault.error.rawValue):when=\(fault.nth)+",
        ]
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        if let mark = ProcessMark(process.processIdentifier) { try folder.note(mark) }
        // “strace: Process 4711 attached”, or why not.
        let line = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        guard line.contains("attached") else {
            process.terminate()
            throw ChaosError(
                "strace cannot attach: \(line.trimmingCharacters(in: .whitespacesAndNewlines))",
                remedy: "Tracing needs root (CAP_SYS_PTRACE): run as root, or leave inject-io out of the plan.")
        }
        attachedAt = Clock.monotonic()
        // Nobody reads on; a full pipe would stop the tracer and its victim with it.
        errors.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    deinit { detach() }

    /// Lets the victim go, if it still is there.
    func detach() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }
}
