// A message of the library's, destroyed with this value. Its bytes are copied out; nothing borrows them.

import CNats

@safe struct NatsMessage: ~Copyable {
    private let pointer: OpaquePointer

    /// - Parameter pointer: a `natsMsg` that nothing else will destroy.
    init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe natsMsg_Destroy(pointer) }

    /// The server's own messages (heartbeats, flow control) are empty; those of the log never are.
    var isEmpty: Bool { unsafe natsMsg_GetDataLength(pointer) == 0 }

    var bytes: [UInt8] {
        let count = Int(unsafe natsMsg_GetDataLength(pointer))
        guard count > 0, let start = unsafe natsMsg_GetData(pointer) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Where the message lies in its stream; only for one that was asked for by its place.
    var sequence: UInt64 { unsafe natsMsg_GetSequence(pointer) }

    /// Where an answer is expected.
    var replySubject: String? { unsafe natsMsg_GetReply(pointer).map { unsafe String(cString: $0) } }

    func header(_ name: String) -> String? {
        var value: UnsafePointer<CChar>?
        guard unsafe natsMsgHeader_Get(pointer, name, &value) == NATS_OK else { return nil }
        return unsafe value.map { unsafe String(cString: $0) }
    }
}
