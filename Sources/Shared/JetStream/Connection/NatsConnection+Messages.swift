// Storing one message, and asking for one.

import CNats

extension NatsConnection {
    /// `Nats-Expected-Last-Sequence` is compared where every replica applies the message, so it fences. Its sibling
    /// for one subject does not: server 2.9 compares that only before the message is proposed, and two of them
    /// under way at once both pass.
    func publish(
        _ bytes: [UInt8], to subject: String, after expected: UInt64?, within wait: Duration
    ) throws(NatsFailure) -> UInt64 {
        guard bytes.count <= largestMessageBytes else { throw .tooLarge }
        var created: OpaquePointer?
        try unsafe check(
            bytes.withUnsafeBytes { buffer in
                unsafe natsMsg_Create(
                    &created, subject, nil, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    CInt(clamping: buffer.count))
            })
        guard let message = unsafe created else { throw .unanswered("no memory for a message") }
        defer { unsafe natsMsg_Destroy(message) }
        if let expected {
            try unsafe check(natsMsgHeader_Set(message, "Nats-Expected-Last-Sequence", "\(expected)"))
        }
        var options = unsafe jsPubOptions()
        unsafe jsPubOptions_Init(&options)
        unsafe options.MaxWait = wait.wholeMilliseconds
        var acknowledgement: UnsafeMutablePointer<jsPubAck>?
        var code = jsErrCode(0)
        try unsafe check(js_PublishMsg(&acknowledgement, jetStream, message, &options, &code), code)
        guard let acknowledgement = unsafe acknowledgement else { throw .unanswered("an empty acknowledgement") }
        defer { unsafe jsPubAck_Destroy(acknowledgement) }
        return unsafe acknowledgement.pointee.Sequence
    }

    func lastMessage(
        of stream: String, subject: String, within wait: Duration
    ) throws(NatsFailure) -> StoredMessage {
        var message: OpaquePointer?
        var code = jsErrCode(0)
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = wait.wholeMilliseconds
        return try unsafe stored(
            js_GetLastMsg(&message, jetStream, stream, subject, &options, &code), code, message)
    }

    func message(at sequence: UInt64, of stream: String) throws(NatsFailure) -> StoredMessage {
        var message: OpaquePointer?
        var code = jsErrCode(0)
        return try unsafe stored(js_GetMsg(&message, jetStream, stream, sequence, nil, &code), code, message)
    }

    private func stored(
        _ status: natsStatus, _ code: jsErrCode, _ pointer: OpaquePointer?
    ) throws(NatsFailure) -> StoredMessage {
        if status == NATS_NOT_FOUND, code == jsErrCode(0) { throw .noSuchMessage }
        try check(status, code)
        guard let pointer = unsafe pointer else { throw .unanswered("an empty answer") }
        let message = unsafe NatsMessage(taking: pointer)
        return StoredMessage(sequence: message.sequence, bytes: message.bytes)
    }

    func subscribe(to stream: String, from sequence: UInt64) throws(NatsFailure) -> any StreamSubscription {
        try NatsSubscription(self, stream: stream, from: sequence)
    }

    /// Answers one of the server's own messages; lost answers cost time, not truth.
    func answer(_ subject: String) { unsafe natsConnection_Publish(connection, subject, nil, 0) }
}
