// Creating streams and looking into them.

import CNats

/// What a stream is for decides what may be taken out of it.
enum StreamKind {
    /// Nothing is ever taken out.
    case log
    /// Old messages may be.
    case store
}

extension NatsConnection {
    /// Creates a stream; one that exists as asked for is left as it is.
    func createStream(_ name: String, subject: String, kind: StreamKind, replicas: Int) throws(NatsFailure) {
        var configuration = unsafe jsStreamConfig()
        unsafe jsStreamConfig_Init(&configuration)
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = Self.agreementMilliseconds
        var code = jsErrCode(0)
        let status = unsafe name.withCString { name in
            unsafe subject.withCString { subject in
                var subjects: [UnsafePointer<CChar>?] = unsafe [subject]
                return unsafe subjects.withUnsafeMutableBufferPointer { subjects in
                    unsafe configuration.Name = unsafe name
                    unsafe configuration.Subjects = subjects.baseAddress
                    unsafe configuration.SubjectsLen = 1
                    unsafe configuration.Storage = js_FileStorage
                    unsafe configuration.Discard = js_DiscardNew
                    unsafe configuration.Replicas = Int64(replicas)
                    unsafe configuration.DenyDelete = kind == .log
                    unsafe configuration.DenyPurge = kind == .log
                    return unsafe js_AddStream(nil, jetStream, &configuration, &options, &code)
                }
            }
        }
        // Too few servers yet, for example while a cluster starts, is not a want of space.
        guard status != NATS_OK else { return }
        let failure = NatsFailure(status, code)
        if case .noSpace(let text) = failure { throw .unanswered(text) }
        throw failure
    }

    /// The subjects of a stream that match a filter and hold messages, sorted.
    func subjects(of stream: String, matching filter: String) throws(NatsFailure) -> [String] {
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = Self.answerMilliseconds
        var information: UnsafeMutablePointer<jsStreamInfo>?
        var code = jsErrCode(0)
        let status = unsafe filter.withCString { filter in
            unsafe options.Stream.Info.SubjectsFilter = unsafe filter
            return unsafe js_GetStreamInfo(&information, jetStream, stream, &options, &code)
        }
        try check(status, code)
        guard let information = unsafe information else { throw .unanswered("an empty answer") }
        defer { unsafe jsStreamInfo_Destroy(information) }
        guard let list = unsafe information.pointee.State.Subjects else { return [] }
        return unsafe (0..<Int(list.pointee.Count)).map { unsafe String(cString: list.pointee.List[$0].Subject) }
            .sorted()
    }

    /// The names of all streams.
    func streamNames() throws(NatsFailure) -> [String] {
        var names: UnsafeMutablePointer<jsStreamNamesList>?
        var code = jsErrCode(0)
        let status = unsafe js_StreamNames(&names, jetStream, nil, &code)
        if status == NATS_NOT_FOUND { return [] }
        try check(status, code)
        guard let names = unsafe names else { return [] }
        defer { unsafe jsStreamNamesList_Destroy(names) }
        return unsafe (0..<Int(names.pointee.Count)).compactMap { index in
            unsafe names.pointee.List[index].map { unsafe String(cString: $0) }
        }
    }

    /// Removes a subject's messages.
    /// - Parameter sequence: those before it; 0 removes all.
    func purge(_ stream: String, subject: String, before sequence: UInt64 = 0) throws(NatsFailure) {
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = Self.agreementMilliseconds
        unsafe options.Stream.Purge.Sequence = sequence
        var code = jsErrCode(0)
        let status = unsafe subject.withCString { subject in
            unsafe options.Stream.Purge.Subject = unsafe subject
            return unsafe js_PurgeStream(jetStream, stream, &options, &code)
        }
        try check(status, code)
    }
}
