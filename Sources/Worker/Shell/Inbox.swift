// What has arrived from one router and not been handled yet, in order of arrival, each with the moment at which it came.
// Sockets are emptied at once, whatever there is to do: what waits in a socket has no age, and a worker that does not know
// how old a request is spends its time on answers that nobody waits for any more (docs/adr/0012).

import Domain
import Operations
import Wire
import ZeroMQ

struct Inbox: ~Copyable {
    private var headers: MessageSlab
    private var bodies: MessageSlab
    private var arrivals: [MonotonicInstant]
    private var first = 0
    private(set) var count = 0

    /// - Parameter capacity: messages; the rest waits in the socket.
    init(capacity: Int) {
        headers = MessageSlab(capacity: capacity)
        bodies = MessageSlab(capacity: capacity)
        arrivals = Array(repeating: MonotonicInstant(microseconds: 0), count: capacity)
    }

    /// Takes in messages as long as there are some, and room.
    /// - Parameter receive: the next message; false when there is none.
    mutating func fill(
        _ receive: (inout Message, inout Message) throws(ZeroMQError) -> Bool
    ) throws(ZeroMQError) {
        while count < arrivals.count {
            let place = (first + count) % arrivals.count
            guard try receive(&headers[place], &bodies[place]) else { return }
            arrivals[place] = Clock.monotonic()
            count += 1
        }
    }

    /// Moves the oldest message into `header` and `body`.
    /// - Returns: when it came; nil when there is none.
    mutating func next(_ header: inout Message, _ body: inout Message) -> MonotonicInstant? {
        guard count > 0 else { return nil }
        header.take(&headers[first])
        body.take(&bodies[first])
        defer {
            first = (first + 1) % arrivals.count
            count -= 1
        }
        return arrivals[first]
    }
}
