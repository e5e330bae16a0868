// Values to bodies. The protobuf-c structs of one message live in an arena until it is packed, so encoding
// allocates only where the result goes.

import CPricing
import CProtobuf
import Domain

/// Packs bodies. One thread.
public final class BodyEncoder {
    let arena: Arena

    /// Room for every message that fits in a body; building a larger one costs extra allocations.
    public static let encodingCapacity = 16 << 20

    public init(capacity: Int = encodingCapacity) {
        arena = Arena(capacity: capacity)
    }

    /// A packed message, still in the arena: valid until the next one is begun.
    @safe
    public struct Packed {
        let message: UnsafeMutablePointer<ProtobufCMessage>

        public let count: Int

        /// Writes exactly `count` bytes.
        public func write(into bytes: inout MutableRawSpan) {
            precondition(bytes.byteCount >= count)
            unsafe bytes.withUnsafeMutableBytes { buffer in
                _ = unsafe protobuf_c_message_pack(message, buffer.bindMemory(to: UInt8.self).baseAddress)
            }
        }

        public var bytes: [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var span = bytes.mutableSpan
            var raw = unsafe span.mutableBytes
            write(into: &raw)
            return bytes
        }
    }

    /// Begins a message: what was packed before is forgotten.
    func begin<Message>(_ build: () -> UnsafeMutablePointer<Message>) -> Packed {
        arena.reset()
        let message = unsafe UnsafeMutableRawPointer(build()).assumingMemoryBound(to: ProtobufCMessage.self)
        return unsafe Packed(message: message, count: protobuf_c_message_get_packed_size(message))
    }
}
