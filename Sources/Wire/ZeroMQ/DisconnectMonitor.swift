// Hears at once that some connection of a socket has closed. libzmq does not say whose it was in terms of routing
// ids, so a listener that wants to know tries its peers: sending to the one that is gone fails.

import CZeroMQ

public struct DisconnectMonitor: ~Copyable {
    /// To wait for; readable when there is something to hear.
    public let socket: Socket
    private var frame = Message()

    /// - Parameter name: unique within the context.
    public init(of observed: borrowing Socket, name: String, in context: Context) throws(ZeroMQError) {
        observed.checkThread()
        let address = "inproc://disconnects-\(name)"
        guard unsafe zmq_socket_monitor(observed.pointer, address, ZMQ_EVENT_DISCONNECTED) == 0 else {
            throw .current("monitor a socket")
        }
        let socket = try Socket(.pair, in: context)
        try socket.connect(address)
        self.socket = socket
    }

    /// Takes everything that there is to hear.
    /// - Returns: whether a connection has closed since the last call.
    public mutating func takeDisconnects() throws(ZeroMQError) -> Bool {
        var some = false
        while try socket.receive(&frame) {
            try socket.discardRest(after: &frame)
            some = true
        }
        return some
    }
}
