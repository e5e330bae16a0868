// A DEALER socket to each router. A request goes out on one of them; replies come in on any.

import ClientCore
import Domain
import Wire
import ZeroMQ

final class RouterSockets {
    /// A socket with a place of its own, so that several can stand in an array.
    private final class Box {
        var socket: Socket

        init(_ socket: consuming Socket) { self.socket = socket }
    }

    private let boxes: [Box]
    private var pollSet: PollSet
    private var header = Message()
    /// The body of the reply that `receive` found last.
    private(set) var body = Message()

    init(_ endpoints: [String], highWater: Int32 = 10_000) throws(ClientError) {
        guard RouterPool.acceptableCount.contains(endpoints.count) else {
            throw .refused(
                Refusal(
                    .invalidConfiguration, place: "endpoints", value: "\(endpoints.count) addresses",
                    remedy: "Name 1 to \(RouterPool.acceptableCount.upperBound) routers."))
        }
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            options.sendHighWater = highWater
            options.receiveHighWater = highWater
            // A gone router must be known as one; and a request must not wait in a queue for its return, long after
            // its deadline.
            options.immediate = true
            let context = Context()
            var boxes: [Box] = []
            var pollSet = PollSet(capacity: endpoints.count)
            for endpoint in endpoints {
                let socket = try Socket(.dealer, in: context, options: options)
                try socket.connect(endpoint)
                _ = pollSet.add(socket)
                boxes.append(Box(socket))
            }
            self.boxes = boxes
            self.pollSet = pollSet
        } catch {
            throw .transport(error)
        }
    }

    var count: Int { boxes.count }

    /// Sends a request to one router.
    /// - Parameter write: writes the body, which has `bytes` bytes.
    /// - Returns: false when it did not leave, because the router is gone or its queue is full.
    func send(
        _ request: MessageHeader, bytes: Int, to router: Int, write: (inout MutableRawSpan) -> Void
    ) throws(ClientError) -> Bool {
        do throws(ZeroMQError) {
            header.reserve(MessageHeader.encodedBytes) { request.encode(into: &$0) }
            // A frame that was not taken must not be followed by the rest of its message.
            guard case .sent = try boxes[router].socket.send(&header, more: true) else { return false }
            body.reserve(bytes, fill: write)
            _ = try boxes[router].socket.send(&body)
            return true
        } catch {
            throw .transport(error)
        }
    }

    /// Sends a request whose body is packed already.
    func send(_ request: MessageHeader, _ bytes: [UInt8], to router: Int) throws(ClientError) -> Bool {
        try send(request, bytes: bytes.count, to: router) { target in
            unsafe target.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
        }
    }

    enum Received {
        case nothing
        /// A message that is not of this protocol.
        case noise
        /// Its body is in `body` until the next call.
        case reply(MessageHeader)
    }

    /// Takes the next message that has arrived from a router.
    func receive(from router: Int) throws(ClientError) -> Received {
        do throws(ZeroMQError) {
            guard try boxes[router].socket.receive(&header) else { return .nothing }
            if header.hasMore { _ = try boxes[router].socket.receive(&body) } else { body.set([]) }
            try boxes[router].socket.discardRest(after: &body)
        } catch {
            throw .transport(error)
        }
        do throws(Refusal) {
            let reply = try header.withBytes { bytes throws(Refusal) in try MessageHeader.decode(bytes) }
            return reply.isReply ? .reply(reply) : .noise
        } catch {
            return .noise
        }
    }

    /// Waits until something has arrived.
    func wait(microseconds: UInt64) throws(ClientError) {
        do throws(ZeroMQError) {
            try pollSet.wait(timeoutMilliseconds: Int(min(microseconds, 60_000_000) + 999) / 1_000)
        } catch {
            throw .transport(error)
        }
    }
}
