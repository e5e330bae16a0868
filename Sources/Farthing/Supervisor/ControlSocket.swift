// Where commands reach a supervisor. Only the user who started the cluster can connect: the socket's file is made
// with his rights alone.

import Foundation
import Glibc
import Supervision
import ZeroMQ

/// The supervisor's end. Lives on the thread that made it.
struct ControlSocket: ~Copyable {
    private(set) var socket: Socket
    private var message = Message()

    private static let largestRequestBytes: Int64 = 64 << 10

    /// Hears nobody until `listen`.
    init() throws(ZeroMQError) {
        var options = SocketOptions()
        options.maximumFrameBytes = Self.largestRequestBytes
        options.lingerMilliseconds = 500
        socket = try Socket(.reply, in: Context(), options: options)
    }

    /// Takes over what an earlier supervisor, now gone, has left there.
    func listen(at address: ControlAddress) throws(ZeroMQError) {
        let before = umask(0o177)
        defer { umask(before) }
        try socket.bind(address.endpoint)
    }

    /// Answers every request that has come.
    mutating func answer(_ decide: (ControlRequest) -> ControlReply) throws(ZeroMQError) {
        while try socket.receive(&message) {
            let bytes = message.copy()
            try socket.discardRest(after: &message)
            let reply: ControlReply
            if let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) {
                reply = decide(request)
            } else {
                reply = .refused(why: "the request cannot be read; use the `farthing` that started the cluster")
            }
            message.set((try? JSONEncoder().encode(reply)).map { [UInt8]($0) } ?? [])
            _ = try socket.send(&message)
        }
    }
}
