import Glibc

/// Lets other threads wake one that waits in `Poller`: a pipe with at most a few bytes in it.
public final class WakeUp: Sendable {
    /// Poll this for reading.
    public let descriptor: Int32
    private let writeEnd: Int32

    public init() {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { preconditionFailure("pipe: out of file descriptors") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        descriptor = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// From any thread. A full pipe already wakes.
    public func signal() {
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
    }

    /// By the woken thread, before it looks at what it was woken for.
    public func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(descriptor, &bytes, bytes.count) == bytes.count {}
    }
}
