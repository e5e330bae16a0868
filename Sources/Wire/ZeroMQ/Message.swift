// One frame. libzmq forbids moving a `zmq_msg_t` by copying its bytes, and Swift moves values freely, so
// the struct lives at a fixed heap address for as long as this owner does. Owners are made once and
// reused: receiving into one, or moving another into it, releases what it held before.

import CZeroMQ

/// The owner of one frame; its content is only readable inside `withBytes`.
@safe
public struct Message: ~Copyable {
    let pointer: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame.
    public init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe zmq_msg_init(pointer)
    }

    deinit {
        unsafe zmq_msg_close(pointer)
        unsafe pointer.deallocate()
    }

    public init(_ bytes: some Collection<UInt8>) {
        self.init()
        set(bytes)
    }

    public var count: Int { unsafe zmq_msg_size(pointer) }

    /// True when another frame of the same message follows the one received.
    public var hasMore: Bool { unsafe zmq_msg_more(pointer) == 1 }

    /// Replaces the content by a copy of `bytes`.
    public mutating func set(_ bytes: some Collection<UInt8>) {
        reserve(bytes.count) { target in
            unsafe target.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
        }
    }

    /// Replaces the content by `count` bytes that `fill` writes.
    public mutating func reserve(_ count: Int, fill: (inout MutableRawSpan) -> Void) {
        unsafe zmq_msg_close(pointer)
        guard unsafe zmq_msg_init_size(pointer, count) == 0 else {
            preconditionFailure("zmq_msg_init_size: out of memory")
        }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: zmq_msg_data(pointer), count: count)
        var span = unsafe bytes.mutableBytes
        fill(&span)
    }

    /// Takes over the content of `other`, which is left empty. Copies no payload.
    public mutating func take(_ other: inout Message) {
        unsafe zmq_msg_move(pointer, other.pointer)
    }

    /// Shares the content of `other`: both owners read the same bytes, and neither may write them again.
    public mutating func share(_ other: borrowing Message) {
        unsafe zmq_msg_copy(pointer, other.pointer)
    }

    /// Lends the content for the time of `body`.
    public borrowing func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeRawBufferPointer(start: zmq_msg_data(pointer), count: zmq_msg_size(pointer))
        return try body(unsafe bytes.bytes)
    }

    /// A copy of the content.
    public borrowing func copy() -> [UInt8] {
        withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    }
}
