import Configuration
import Domain
import Foundation
import Operations
import Supervision
import ZeroMQ

/// A command's end of the control channel. Lives on the thread that made it.
struct ControlCaller: ~Copyable {
    private let address: ControlAddress
    private var socket: Socket
    private var message = Message()

    private static let patienceMicroseconds: UInt64 = 5_000_000
    private static let progressMicroseconds: UInt64 = 100_000

    /// - Throws: when no supervisor looks after the cluster of this configuration.
    init(_ configuration: ClusterConfiguration) throws {
        let address = ControlAddress(logDirectory: configuration.log.directory)
        guard FileManager.default.fileExists(atPath: address.path) else { throw Self.nobody(address, "is not there") }
        let socket = try Socket(.request, in: Context())
        try socket.connect(address.endpoint)
        self.address = address
        self.socket = socket
    }

    private static func nobody(_ address: ControlAddress, _ why: String) -> ExitCodeError {
        ExitCodeError(
            message: "no supervisor: \(address.path) \(why). This command talks to `farthing up` of the same "
                + "cluster.yaml, on the same machine, as the same user: start it, or name its --config")
    }

    mutating func call(_ request: ControlRequest) throws -> ControlReply {
        message.set([UInt8](try JSONEncoder().encode(request)))
        _ = try socket.send(&message)
        let deadline = Clock.monotonic().adding(microseconds: Self.patienceMicroseconds)
        while Clock.monotonic() < deadline {
            guard try socket.receive(&message) else {
                _ = try Poller.wait(for: socket, timeoutMilliseconds: 100)
                continue
            }
            let reply = try JSONDecoder().decode(ControlReply.self, from: Data(message.copy()))
            if case .refused(let why) = reply { throw ExitCodeError(message: why) }
            return reply
        }
        throw Self.nobody(address, "does not answer")
    }

    mutating func processes() throws -> [ProcessListing] {
        guard case .processes(let listings) = try call(.list) else { throw Self.nobody(address, "speaks another way") }
        return listings
    }

    /// Asks for something that takes time and follows it to its end.
    /// - Parameter say: gets the plan and what happens, line by line.
    mutating func carryOut(_ request: ControlRequest, say: (String) -> Void) throws {
        guard case .accepted(let procedure, let plan) = try call(request) else {
            throw Self.nobody(address, "speaks another way")
        }
        for line in plan { say(line) }
        guard let procedure else { return }
        var seen = 0
        while true {
            guard case .progress(let lines, let outcome) = try call(.progress(procedure: procedure, after: seen)) else {
                throw Self.nobody(address, "speaks another way")
            }
            seen += lines.count
            for line in lines { say(line) }
            switch outcome {
            case .finished: return
            case .failed(let why): throw ExitCodeError(message: why)
            case nil: usleep(UInt32(Self.progressMicroseconds))
            }
        }
    }
}
