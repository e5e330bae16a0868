import CZeroMQ

/// The home of a process's sockets and of libzmq's I/O threads. Never fork while one is alive.
///
/// Ending it before every socket is closed would wait for ever, so each `Socket` keeps its context alive.
@safe
public final class Context: @unchecked Sendable {
    // Sendable is true because libzmq documents contexts, unlike sockets, as thread safe,
    // and the pointer never changes.
    let pointer: UnsafeMutableRawPointer

    public init(ioThreads: Int32 = 1) {
        guard let created = unsafe zmq_ctx_new() else { preconditionFailure("zmq_ctx_new: out of memory") }
        unsafe pointer = created
        unsafe zmq_ctx_set(pointer, ZMQ_IO_THREADS, ioThreads)
    }

    deinit {
        // EINTR is the only retryable outcome; anything else means that it is already gone.
        while unsafe zmq_ctx_term(pointer) == -1 && zmq_errno() == EINTR {}
    }
}
