// A socket that keeps libzmq's rules so that its users need not remember them:
// - one OS thread owns it, checked at every call, because libzmq does not;
// - nothing blocks: every send and receive is DONTWAIT, and waiting is `Poller`'s business;
// - high-water marks, the largest frame and LINGER are always set;
// - ROUTER sockets are MANDATORY, so that a gone or full peer is an outcome and not a silent drop;
// - ZMQ_HEARTBEAT_IVL is never set: libzmq 4.3.4 aborts when a peer stalls past its high-water mark.

import CZeroMQ
import Glibc

public enum SocketKind: Sendable {
    case router, dealer, request, reply, pair

    var raw: Int32 {
        switch self {
        case .router: ZMQ_ROUTER
        case .dealer: ZMQ_DEALER
        case .request: ZMQ_REQ
        case .reply: ZMQ_REP
        case .pair: ZMQ_PAIR
        }
    }
}

/// Limits of a socket, all set before it is bound or connected.
public struct SocketOptions: Sendable {
    /// Messages queued for a peer before sending to it reports `.full`.
    public var sendHighWater: Int32 = 10_000
    public var receiveHighWater: Int32 = 10_000
    /// Bytes in a frame past which the connection is closed.
    public var maximumFrameBytes: Int64 = 16 << 20
    /// Queue only on completed connections, so that a gone peer is `.full` instead of a black hole.
    public var immediate = false
    /// Milliseconds that closing waits for unsent messages.
    public var lingerMilliseconds: Int32 = 0
    /// The name under which a ROUTER peer will know this socket; nil lets it choose. New at every start:
    /// a name used twice is refused by the peer.
    public var routingID: [UInt8]?

    public init() {}
}

public enum SendOutcome: Sendable {
    case sent
    /// The peer's queue is at its high-water mark, or there is no peer.
    case full
    /// A ROUTER does not know the peer (any more).
    case unreachable
}

@safe
public struct Socket: ~Copyable {
    private let context: Context
    private let owner: pthread_t
    let pointer: UnsafeMutableRawPointer

    public init(_ kind: SocketKind, in context: Context, options: SocketOptions = SocketOptions()) throws(ZeroMQError) {
        let opened = unsafe try Self.open(kind, in: context, options)
        self.context = context
        owner = pthread_self()
        unsafe pointer = opened
    }

    deinit { unsafe zmq_close(pointer) }

    public func bind(_ endpoint: String) throws(ZeroMQError) {
        checkThread()
        guard unsafe zmq_bind(pointer, endpoint) == 0 else { throw .current("bind \(endpoint)") }
    }

    public func connect(_ endpoint: String) throws(ZeroMQError) {
        checkThread()
        guard unsafe zmq_connect(pointer, endpoint) == 0 else { throw .current("connect \(endpoint)") }
    }

    /// The address actually bound, with the port that `tcp://127.0.0.1:*` was given.
    public func lastEndpoint() throws(ZeroMQError) -> String {
        checkThread()
        var buffer = [CChar](repeating: 0, count: 256)
        var size = buffer.count
        guard unsafe zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &buffer, &size) == 0 else {
            throw .current("read the last endpoint")
        }
        return String(decoding: buffer.prefix(max(0, size - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Queues one frame without waiting. When sent, `message` is left empty; otherwise it is unchanged.
    ///
    /// `.sent` means queued, not delivered. Once the first frame of a message is accepted, the others are too.
    public func send(_ message: inout Message, more: Bool = false) throws(ZeroMQError) -> SendOutcome {
        checkThread()
        let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
        while unsafe zmq_msg_send(message.pointer, pointer, flags) == -1 {
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return .full
            case EHOSTUNREACH: return .unreachable
            default: throw .current("send")
            }
        }
        return .sent
    }

    /// Takes one frame without waiting; what `message` held before is released.
    /// - Returns: false when nothing has arrived.
    public func receive(_ message: inout Message) throws(ZeroMQError) -> Bool {
        checkThread()
        while unsafe zmq_msg_recv(message.pointer, pointer, ZMQ_DONTWAIT) == -1 {
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return false
            default: throw .current("receive")
            }
        }
        return true
    }

    /// Drops the rest of a message whose frame `message` was not the last one.
    public func discardRest(after message: inout Message) throws(ZeroMQError) {
        while message.hasMore, try receive(&message) {}
    }

    /// libzmq sockets break silently when two threads share them; this stops the process instead.
    func checkThread() {
        precondition(owner == pthread_self(), "a ZeroMQ socket was used by a thread that does not own it")
    }
}

extension Socket {
    /// A raw socket with every option set, or none at all.
    private static func open(
        _ kind: SocketKind, in context: Context, _ options: SocketOptions
    ) throws(ZeroMQError) -> UnsafeMutableRawPointer {
        guard let socket = unsafe zmq_socket(context.pointer, kind.raw) else {
            throw .current("create a \(kind) socket")
        }
        do throws(ZeroMQError) {
            unsafe try configure(socket, kind, options)
        } catch {
            unsafe zmq_close(socket)
            throw error
        }
        return unsafe socket
    }

    private static func configure(
        _ socket: UnsafeMutableRawPointer, _ kind: SocketKind, _ options: SocketOptions
    ) throws(ZeroMQError) {
        unsafe try set(ZMQ_SNDHWM, options.sendHighWater, on: socket)
        unsafe try set(ZMQ_RCVHWM, options.receiveHighWater, on: socket)
        unsafe try set(ZMQ_LINGER, options.lingerMilliseconds, on: socket)
        unsafe try set(ZMQ_MAXMSGSIZE, options.maximumFrameBytes, on: socket)
        unsafe try set(ZMQ_IMMEDIATE, Int32(options.immediate ? 1 : 0), on: socket)
        if kind == .router { unsafe try set(ZMQ_ROUTER_MANDATORY, Int32(1), on: socket) }
        if kind == .request {
            // A REQ socket that lost its answer can ask again, and drops the late answer itself.
            unsafe try set(ZMQ_REQ_RELAXED, Int32(1), on: socket)
            unsafe try set(ZMQ_REQ_CORRELATE, Int32(1), on: socket)
        }
        if let name = options.routingID {
            guard unsafe zmq_setsockopt(socket, ZMQ_ROUTING_ID, name, name.count) == 0 else {
                throw .current("set the routing id")
            }
        }
    }

    private static func set<Value>(
        _ option: Int32, _ value: Value, on socket: UnsafeMutableRawPointer
    ) throws(ZeroMQError) {
        let result = unsafe withUnsafePointer(to: value) {
            unsafe zmq_setsockopt(socket, option, $0, MemoryLayout<Value>.size)
        }
        guard result == 0 else { throw .current("set socket option \(option)") }
    }
}
