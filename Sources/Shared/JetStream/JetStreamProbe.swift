// Asks whether JetStream is there at all: for whoever starts servers and waits for them.

import CNats

public enum JetStreamProbe {
    /// Whether any of the servers answers for JetStream: it runs, and in a cluster its servers have elected who
    /// places streams. Waits up to a second.
    public static func isReady(servers: [String]) -> Bool {
        guard let connection = try? NatsConnection(servers: servers, name: "farthing probe") else { return false }
        return connection.hasJetStream
    }
}

extension NatsConnection {
    fileprivate var hasJetStream: Bool {
        var information: UnsafeMutablePointer<jsAccountInfo>?
        var code = jsErrCode(0)
        guard unsafe js_GetAccountInfo(&information, jetStream, nil, &code) == NATS_OK else { return false }
        unsafe jsAccountInfo_Destroy(information)
        return true
    }
}
