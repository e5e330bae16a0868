// Creating streams, looking into them, and who leads them.

import CNats

extension NatsConnection {
    func createStream(_ name: String, subject: String, kind: StreamKind, replicas: Int) throws(NatsFailure) {
        var configuration = unsafe jsStreamConfig()
        unsafe jsStreamConfig_Init(&configuration)
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = RequestWait.agreement.wholeMilliseconds
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
                    unsafe configuration.DenyPurge = true
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

    func subjects(of stream: String, matching filter: String) throws(NatsFailure) -> [String] {
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = RequestWait.answer.wholeMilliseconds
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

    func removeMessage(at sequence: UInt64, of stream: String) throws(NatsFailure) {
        var code = jsErrCode(0)
        try unsafe check(js_DeleteMsg(jetStream, stream, sequence, nil, &code), code)
    }

    func leader(of stream: String) throws(NatsFailure) -> String? {
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = RequestWait.glance.wholeMilliseconds
        var information: UnsafeMutablePointer<jsStreamInfo>?
        var code = jsErrCode(0)
        try unsafe check(js_GetStreamInfo(&information, jetStream, stream, &options, &code), code)
        guard let information = unsafe information else { throw .unanswered("an empty answer") }
        defer { unsafe jsStreamInfo_Destroy(information) }
        guard let cluster = unsafe information.pointee.Cluster else { return nil }
        let leader = unsafe cluster.pointee.Leader.map { unsafe String(cString: $0) } ?? ""
        guard !leader.isEmpty else { throw .unanswered("the stream has no leader") }
        return leader
    }

    func handOver(_ stream: String) throws(NatsFailure) {
        var answer: OpaquePointer?
        try unsafe check(
            natsConnection_RequestString(
                &answer, connection, "$JS.API.STREAM.LEADER.STEPDOWN.\(stream)", "",
                RequestWait.glance.wholeMilliseconds))
        unsafe natsMsg_Destroy(answer)
    }
}
