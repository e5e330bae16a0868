/// Where the supervisor of a cluster listens: in the log directory, which belongs to one cluster at a time.
public struct ControlAddress: Equatable, Sendable {
    /// The socket's file.
    public let path: String

    /// What the operating system takes for a socket's path (`sockaddr_un`), its end included.
    public static let longestPathBytes = 107

    public init(logDirectory: String) { path = logDirectory + "/supervisor.sock" }

    public var endpoint: String { "ipc://" + path }

    /// Why nothing can listen there; nil when something can.
    public var problem: String? {
        guard path.utf8.count > Self.longestPathBytes else { return nil }
        return "\(path) has \(path.utf8.count) bytes and a socket's path at most \(Self.longestPathBytes): choose a "
            + "shorter log.directory in cluster.yaml"
    }
}
