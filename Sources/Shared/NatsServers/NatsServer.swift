// One server as a child process. nats-server does not notice when its parent ends, so a shell becomes the server and
// leaves a watcher behind, which asks the server to end when their standard input closes. That happens however the
// parent ends.
//
// Spawned by hand, because Foundation's `Process` hands its children a socket whose end it takes for theirs, and the
// watcher would keep it open.

import Foundation
import Glibc
import Synchronization

final class NatsServer: Sendable {
    let files: NatsServerFiles
    private let executable: String
    private let child = Mutex<Child?>(nil)

    private struct Child {
        let processID: Int32
        /// A socket, held open: when it closes, the server ends.
        let input: Int32
        /// Left when the process has been waited for.
        let end: DispatchGroup
    }

    private static let script = #"""
        exec 3<&0
        { read -r _ <&3; kill -TERM $$; } &
        exec "$1" -c "$2" </dev/null 3<&-
        """#

    init(files: NatsServerFiles, executable: String) {
        self.files = files
        self.executable = executable
    }

    /// Nil when it does not run.
    var processID: Int32? { child.withLock { $0?.processID } }

    /// - Parameter ended: called on a thread of its own when the process has ended, with what `waitpid` says.
    func start(ended: @escaping @Sendable (Int32) -> Void) throws {
        let (processID, input) = try spawn()
        let end = DispatchGroup()
        end.enter()
        child.withLock { $0 = Child(processID: processID, input: input, end: end) }
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            // As long as the process is not waited for, its number is nobody else's.
            Self.endWatcher(input)
            child.withLock { child in
                unsafe waitpid(processID, &status, 0)
                child = nil
            }
            close(input)
            end.leave()
            ended(status)
        }
    }

    /// Lets the watcher go and waits until it has gone: the socket then has no other end.
    private static func endWatcher(_ input: Int32) {
        shutdown(input, Int32(SHUT_WR))
        var watched = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        // A watcher that is stopped must not keep the server's end from being told.
        while unsafe poll(&watched, 1, 1_000) < 0, errno == EINTR {}
    }

    private func spawn() throws -> (processID: Int32, input: Int32) {
        // A socket and not a pipe, because the other end of a socket can be seen to close.
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw failure(errno) }
        defer { close(ends[0]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        for stream in [STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
        }
        // Whatever else is open here stays here, this socket's other end above all.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Signals that this process ignores or blocks are the server's own affair; so is Ctrl-C, by its own group.
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let words = ["/bin/sh", "-c", Self.script, "sh", executable, files.configuration]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var processID: Int32 = 0
        let code = unsafe posix_spawn(&processID, "/bin/sh", &actions, &attributes, &arguments, environ)
        guard code == 0 else {
            close(ends[1])
            throw failure(code)
        }
        return (processID, ends[1])
    }

    private func failure(_ code: Int32) -> POSIXError { POSIXError(POSIXErrorCode(rawValue: code) ?? .EAGAIN) }

    /// Asks the server to end: it hands over what it leads and writes what it holds. Returns at once.
    func askToEnd() { signal(SIGTERM) }

    @discardableResult
    func signal(_ number: Int32) -> Bool {
        // Under the lock the process is not waited for yet, so its number is still its own.
        child.withLock { child in child.map { kill($0.processID, number) == 0 } ?? false }
    }

    func waitUntilEnded() { child.withLock { $0?.end }?.wait() }
}
