import CZeroMQ

/// A call that libzmq refused, with its own words for why.
public struct ZeroMQError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, for example `bind tcp://127.0.0.1:7400`.
    public var operation: String
    public var number: Int32

    /// Takes `errno` at once: the next call may overwrite it.
    static func current(_ operation: String) -> ZeroMQError {
        ZeroMQError(operation: operation, number: zmq_errno())
    }

    public var isAddressInUse: Bool { number == EADDRINUSE }

    public var description: String {
        let reason = unsafe zmq_strerror(number).map { unsafe String(cString: $0) } ?? "unknown error"
        return "\(operation): \(reason) (errno \(number))"
    }
}
