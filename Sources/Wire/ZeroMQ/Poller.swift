// Waiting. The only call of this module that blocks.

import CZeroMQ

/// What woke a wait: a bit for each source, in the order given.
public struct Ready: Sendable {
    var bits: UInt64 = 0

    public subscript(source: Int) -> Bool { bits & (1 << UInt64(source)) != 0 }
}

public enum Poller {
    /// Waits until a socket or a file descriptor is readable.
    ///
    /// Level-triggered, but a socket may hold more than one message: drain it until `receive` says false.
    /// - Parameter timeoutMilliseconds: 0 looks without waiting; -1 waits for ever.
    public static func wait(
        for socket: borrowing Socket, descriptor: Int32? = nil, timeoutMilliseconds: Int
    ) throws(ZeroMQError) -> Ready {
        socket.checkThread()
        var items = unsafe [zmq_pollitem_t(socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)]
        return unsafe try poll(&items, descriptor, timeoutMilliseconds)
    }

    /// Waits for any of three sockets, or a file descriptor.
    public static func wait(
        for first: borrowing Socket, or second: borrowing Socket, or third: borrowing Socket,
        descriptor: Int32? = nil, timeoutMilliseconds: Int
    ) throws(ZeroMQError) -> Ready {
        first.checkThread()
        second.checkThread()
        third.checkThread()
        var items = unsafe [
            zmq_pollitem_t(socket: first.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            zmq_pollitem_t(socket: second.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            zmq_pollitem_t(socket: third.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
        ]
        return unsafe try poll(&items, descriptor, timeoutMilliseconds)
    }

    private static func poll(
        _ items: inout [zmq_pollitem_t], _ descriptor: Int32?, _ timeoutMilliseconds: Int
    ) throws(ZeroMQError) -> Ready {
        if let descriptor {
            unsafe items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        guard unsafe zmq_poll(&items, Int32(items.count), timeoutMilliseconds) >= 0 else {
            if zmq_errno() == EINTR { return Ready() }
            throw .current("poll")
        }
        var ready = Ready()
        for index in unsafe items.indices where unsafe items[index].revents & Int16(ZMQ_POLLIN) != 0 {
            ready.bits |= 1 << UInt64(index)
        }
        return ready
    }
}
