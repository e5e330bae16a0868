// What libzmq puts between a client's identity and its message. A DEALER puts nothing; a REQ puts an empty
// delimiter, and a correlated REQ four bytes before it. The answer must repeat it.

import ZeroMQ

/// The frames that stand before the header, apart from the identity.
enum ClientEnvelope: Equatable {
    case bare
    case delimited
    case correlated([UInt8])
}

/// One message from a client: where it came from, and its header and body frames.
struct ClientMessage: ~Copyable {
    var identity = Message()
    var envelope = ClientEnvelope.bare
    var header = Message()
    var body = Message()
    /// Whether there were a header and a body and nothing else.
    var isWellFormed = false

    /// The longest frame that can stand for a correlation id.
    private static let correlationBytes = 4

    /// Receives the next message, if one has arrived.
    mutating func receive(from socket: inout Socket) throws(ZeroMQError) -> Bool {
        guard try socket.receive(&identity) else { return false }
        envelope = .bare
        isWellFormed = false
        guard identity.hasMore else { return true }
        _ = try socket.receive(&header)
        if header.hasMore && header.count == 0 {
            envelope = .delimited
            _ = try socket.receive(&header)
        } else if header.hasMore && header.count == Self.correlationBytes {
            _ = try socket.receive(&body)
            if body.count == 0 && body.hasMore {
                envelope = .correlated(header.copy())
                _ = try socket.receive(&header)
            } else {
                try socket.discardRest(after: &body)
                return true
            }
        }
        guard header.hasMore else { return true }
        _ = try socket.receive(&body)
        isWellFormed = !body.hasMore
        try socket.discardRest(after: &body)
        return true
    }
}
