import Domain
import ZeroMQ

/// Why a call got no answer that it could use.
public enum ClientError: Error, Sendable, CustomStringConvertible {
    /// The cluster said no, and why.
    case refused(Refusal)
    /// Nobody knows. What was asked may or may not have happened: ask again with the same ids.
    case unknown(endpoint: String, milliseconds: Int)
    /// No router could be reached. Nothing was sent.
    case unreachable(endpoint: String, milliseconds: Int)
    /// The connection itself failed.
    case transport(ZeroMQError)

    /// Whether the same call with the same ids may succeed later. Repeating it is safe in any case.
    public var isRetryable: Bool {
        switch self {
        case .refused(let refusal): refusal.code.isRetryable
        case .unknown, .unreachable: true
        case .transport: false
        }
    }

    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .unknown(let endpoint, let milliseconds):
            "no answer from \(endpoint) within \(milliseconds) ms. Is a cluster running there? "
                + "Start one with `farthing up`; sending the same ids again is safe"
        case .unreachable(let endpoint, let milliseconds):
            "no router at \(endpoint) for \(milliseconds) ms, and nothing was sent. Is a cluster running there? "
                + "Start one with `farthing up`"
        case .transport(let error): error.description
        }
    }
}
