// A small file system in memory for the log, so that it can be filled without filling anybody's disk.

import Foundation
import Glibc

struct LogVolume {
    let directory: String
    private var filler: String { directory + "/filler" }

    /// Mounts it.
    /// - Throws: when this process may not mount.
    init(at directory: String, mebibytes: Int) throws {
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Shell.require(
            "mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "farthing-chaos", directory],
            remedy: "Mounting a small file system needs root (CAP_SYS_ADMIN): run as root, or leave fill-disk and "
                + "log_size out of the plan.")
    }

    /// Takes all the room that is left.
    func fill() {
        let descriptor = unsafe open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var size = 1 << 20
        while size >= 512 {
            let block = [UInt8](repeating: 0, count: size)
            while unsafe write(descriptor, block, block.count) == block.count {}
            size /= 2
        }
    }

    /// Gives it back.
    func free() { unsafe unlink(filler) }

    /// Unmounts whatever is mounted there; nothing when nothing is.
    static func unmount(_ directory: String) {
        let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
        guard mounts.split(separator: "\n").contains(where: { $0.hasPrefix("farthing-chaos \(directory) ") }) else {
            return
        }
        // Lazily: a process that is just dying may still hold a file.
        Shell.run("umount", ["--lazy", directory])
    }
}
