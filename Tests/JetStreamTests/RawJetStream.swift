// Looks at and meddles with streams behind the log's back.

import CNats
import Testing

@safe final class RawJetStream {
    private let connection: OpaquePointer
    private let jetStream: OpaquePointer

    init(servers: [String]) throws {
        var connection: OpaquePointer?
        var jetStream: OpaquePointer?
        unsafe natsConnection_ConnectTo(&connection, servers.joined(separator: ","))
        unsafe self.connection = unsafe try #require(connection)
        unsafe natsConnection_JetStream(&jetStream, connection, nil)
        unsafe self.jetStream = unsafe try #require(jetStream)
    }

    deinit {
        unsafe jsCtx_Destroy(jetStream)
        unsafe natsConnection_Destroy(connection)
    }

    /// The name of the server that leads a stream; nil while none does.
    func leader(of stream: String) -> String? {
        var information: UnsafeMutablePointer<jsStreamInfo>?
        unsafe js_GetStreamInfo(&information, jetStream, stream, nil, nil)
        guard let information = unsafe information else { return nil }
        defer { unsafe jsStreamInfo_Destroy(information) }
        guard let leader = unsafe information.pointee.Cluster?.pointee.Leader else { return nil }
        return unsafe String(cString: leader)
    }

    /// Where a stream ends.
    func lastSequence(of stream: String) throws -> UInt64 {
        var information: UnsafeMutablePointer<jsStreamInfo>?
        unsafe js_GetStreamInfo(&information, jetStream, stream, nil, nil)
        let found = unsafe try #require(information)
        defer { unsafe jsStreamInfo_Destroy(found) }
        return unsafe found.pointee.State.LastSeq
    }

    func message(at sequence: UInt64, of stream: String) throws -> [UInt8] {
        var message: OpaquePointer?
        unsafe js_GetMsg(&message, jetStream, stream, sequence, nil, nil)
        let found = unsafe try #require(message)
        defer { unsafe natsMsg_Destroy(found) }
        return unsafe [UInt8](
            UnsafeRawBufferPointer(start: natsMsg_GetData(found), count: Int(natsMsg_GetDataLength(found))))
    }

    /// - Returns: false when the servers refuse.
    func deleteMessage(_ sequence: UInt64, of stream: String) -> Bool {
        unsafe js_DeleteMsg(jetStream, stream, sequence, nil, nil) == NATS_OK
    }

    func deleteStream(_ stream: String) throws {
        try #require(unsafe js_DeleteStream(jetStream, stream, nil, nil) == NATS_OK)
    }

    func publish(_ bytes: [UInt8], to subject: String) throws {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe js_Publish(nil, jetStream, subject, buffer.baseAddress, CInt(buffer.count), nil, nil)
        }
        try #require(status == NATS_OK)
    }
}
