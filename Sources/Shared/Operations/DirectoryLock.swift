import Domain
import Foundation
import Glibc

/// Keeps a second cluster off a log directory for as long as this value lives. The log's own fence keeps the
/// truth safe either way; this keeps two clusters from taking each other's partitions.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    public init(_ directory: String) throws(Refusal) {
        let path = directory + "/up.lock"
        // It becomes the log's folder, which only this user may enter.
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Refusal(
                .invalidConfiguration, place: "log.directory", value: directory,
                remedy: "Make the folder writable, or name another one in cluster.yaml.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Refusal(
                .invalidConfiguration, place: "log.directory", value: directory,
                remedy: "Another cluster runs on it: stop that one, or name another folder in cluster.yaml.")
        }
    }

    deinit { close(descriptor) }
}
