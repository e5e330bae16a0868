// The connection to one router. A class, so that links can stand in a list; the serving thread owns them all.

import Configuration
import Domain
import Wire
import ZeroMQ

final class RouterLink {
    let name: String
    private let socket: Socket
    private var inbox = Inbox(capacity: 8_192)
    private var header = Message()
    private var body = Message()

    /// - Parameter incarnation: new at every start, because routers refuse a name that they know already.
    init(_ router: RouterSettings, in context: Context, as incarnation: UInt64) throws(Refusal) {
        name = router.name
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            options.sendHighWater = 100_000
            options.receiveHighWater = 100_000
            options.lingerMilliseconds = 500
            // What was said while a router was away is of no use to it when it is back.
            options.immediate = true
            // Odd, because libzmq reserves ids that begin with a zero byte.
            options.routingID = (0..<8).map { UInt8(truncatingIfNeeded: (incarnation | 1) >> (8 * UInt64($0))) }
            let socket = try Socket(.dealer, in: context, options: options)
            try socket.connect(router.workers.description)
            self.socket = socket
        } catch {
            throw Refusal(
                .unavailable, place: "routers.workers", value: router.workers.description, remedy: error.description)
        }
    }

    /// - Returns: its number in the set.
    func join(_ poll: inout PollSet) -> Int { poll.add(socket) }

    /// Whether messages wait to be handled.
    var hasMessages: Bool { inbox.count > 0 }

    /// Takes in what has arrived.
    func takeIn() throws(ZeroMQError) {
        try inbox.fill { (header, body) throws(ZeroMQError) in
            guard try socket.receive(&header) else { return false }
            guard header.hasMore else {
                body.set([])
                return true
            }
            _ = try socket.receive(&body)
            try socket.discardRest(after: &body)
            return true
        }
    }

    /// Takes the next message, if there is one.
    /// - Parameter body: left empty when the message is a header alone.
    /// - Returns: when it came.
    func next(_ header: inout Message, _ body: inout Message) -> MonotonicInstant? { inbox.next(&header, &body) }

    /// Sends a message. A router that does not read, or is gone, gets none: it answers its clients itself when their
    /// time is up.
    func send(_ message: MessageHeader, _ packed: BodyEncoder.Packed) throws(ZeroMQError) {
        header.reserve(MessageHeader.encodedBytes) { message.encode(into: &$0) }
        guard case .sent = try socket.send(&header, more: true) else { return }
        body.reserve(packed.count) { packed.write(into: &$0) }
        _ = try socket.send(&body)
    }
}
