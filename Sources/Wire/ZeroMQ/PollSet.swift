// Waiting for a list of sockets that is known only at run time. The list is made once, so that waiting allocates
// nothing; the sockets have to outlive it.

import CZeroMQ
import Glibc

/// Sockets and descriptors of one thread, to wait for together.
@safe
public struct PollSet: ~Copyable {
    private let items: UnsafeMutableBufferPointer<zmq_pollitem_t>
    private let owner = pthread_self()
    private var count = 0

    /// - Parameter capacity: sources that can be added.
    public init(capacity: Int) { unsafe items = .allocate(capacity: capacity) }

    deinit { unsafe items.deallocate() }

    /// Adds a socket, which has to stay open for as long as this set waits.
    /// - Returns: its number, for `isReady`.
    public mutating func add(_ socket: borrowing Socket) -> Int {
        socket.checkThread()
        return unsafe add(
            zmq_pollitem_t(socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    }

    /// Adds a file descriptor.
    /// - Returns: its number, for `isReady`.
    public mutating func add(descriptor: Int32) -> Int {
        unsafe add(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    }

    private mutating func add(_ item: zmq_pollitem_t) -> Int {
        unsafe precondition(count < items.count, "a poll set has room for \(items.count) sources")
        unsafe items.initializeElement(at: count, to: item)
        count += 1
        return count - 1
    }

    /// Waits until one of the sources is readable.
    ///
    /// Level-triggered, but a socket may hold more than one message: drain it until `receive` says false.
    /// - Parameter timeoutMilliseconds: 0 looks without waiting; -1 waits for ever.
    public mutating func wait(timeoutMilliseconds: Int) throws(ZeroMQError) {
        precondition(owner == pthread_self(), "a poll set was used by a thread that does not own it")
        guard unsafe zmq_poll(items.baseAddress, Int32(count), timeoutMilliseconds) >= 0 else {
            let error = ZeroMQError.current("poll")
            guard error.number == EINTR else { throw error }
            for source in 0..<count { unsafe items[source].revents = 0 }
            return
        }
    }

    /// Whether a source was readable when the last wait ended.
    public func isReady(_ source: Int) -> Bool {
        precondition(source < count, "a poll set of \(count) sources has no source \(source)")
        return unsafe items[source].revents & Int16(ZMQ_POLLIN) != 0
    }
}
