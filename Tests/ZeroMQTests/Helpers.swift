import Testing
import ZeroMQ

/// Where a socket that was bound to "any free port" can be reached.
let anyPort = "tcp://127.0.0.1:*"

/// A ROUTER on a free port.
func boundRouter(in context: Context, _ options: SocketOptions = SocketOptions()) throws -> Socket {
    let router = try Socket(.router, in: context, options: options)
    try router.bind(anyPort)
    return router
}

/// Sockets connected to another, with options and a name for the peer.
func dealer(
    to peer: borrowing Socket, in context: Context, named name: String? = nil, immediate: Bool = false,
    options: SocketOptions = SocketOptions()
) throws -> Socket {
    var options = options
    options.routingID = name.map { Array($0.utf8) }
    options.immediate = immediate
    let dealer = try Socket(.dealer, in: context, options: options)
    try dealer.connect(try peer.lastEndpoint())
    return dealer
}

/// Waits for the next frame. Ten seconds are for a busy machine; it usually takes microseconds.
func nextFrame(of socket: borrowing Socket) throws -> [UInt8]? {
    var message = Message()
    for _ in 0..<100 {
        if try socket.receive(&message) { return message.copy() }
        _ = try Poller.wait(for: socket, timeoutMilliseconds: 100)
    }
    return nil
}

/// Waits for the next message: its frames as text.
func nextMessage(of socket: borrowing Socket) throws -> [String] {
    var message = Message()
    var frames: [String] = []
    for _ in 0..<100 {
        while try socket.receive(&message) {
            frames.append(String(decoding: message.copy(), as: UTF8.self))
            if !message.hasMore { return frames }
        }
        _ = try Poller.wait(for: socket, timeoutMilliseconds: 100)
    }
    return frames
}

/// Sends frames of text as one message.
func send(_ frames: String..., over socket: borrowing Socket) throws -> SendOutcome {
    for (index, frame) in frames.enumerated() {
        var message = Message(Array(frame.utf8))
        let outcome = try socket.send(&message, more: index < frames.count - 1)
        guard case .sent = outcome else { return outcome }
    }
    return .sent
}
