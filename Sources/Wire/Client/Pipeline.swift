// Many requests at once over one connection: for importing and for load. The caller gives each request a tag
// below the number outstanding and gets the tag back with the answer.

import Domain
import Wire
import ZeroMQ

public final class Pipeline {
    private var socket: Socket
    private var header = Message()
    private var body = Message()

    public init(endpoint: String) throws(ClientError) {
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            options.sendHighWater = 100_000
            options.receiveHighWater = 100_000
            socket = try Socket(.dealer, in: Context(), options: options)
            try socket.connect(endpoint)
        } catch {
            throw .transport(error)
        }
    }

    /// Queues a request; `header.tag` comes back with its answer.
    public func send(_ request: MessageHeader, body bytes: [UInt8]) throws(ClientError) {
        do throws(ZeroMQError) {
            header.reserve(MessageHeader.encodedBytes) { request.encode(into: &$0) }
            // A frame that was not taken must not be followed by the rest of its message.
            guard case .sent = try socket.send(&header, more: true) else { return }
            body.set(bytes)
            _ = try socket.send(&body)
        } catch {
            throw .transport(error)
        }
    }

    /// Hands over every answer that has arrived, waiting for the first.
    /// - Parameter answered: gets the header and the body, which is only readable inside the call.
    /// - Returns: how many answers arrived; 0 when none did in time.
    public func receive(
        timeoutMilliseconds: Int, _ answered: (MessageHeader, RawSpan) -> Void
    ) throws(ClientError) -> Int {
        do throws(ZeroMQError) {
            var count = 0
            while true {
                while try socket.receive(&header) {
                    let reply = try? header.withBytes { bytes throws(Refusal) in
                        try MessageHeader.decode(bytes)
                    }
                    _ = try socket.receive(&body)
                    try socket.discardRest(after: &body)
                    guard let reply else { continue }
                    body.withBytes { answered(reply, $0) }
                    count += 1
                }
                if count > 0 { return count }
                let ready = try Poller.wait(for: socket, timeoutMilliseconds: timeoutMilliseconds)
                if !ready[0] { return 0 }
            }
        } catch {
            throw .transport(error)
        }
    }
}
