/// What a router is told at its start.
public struct RouterConfiguration: Equatable, Sendable {
    public var cluster: String
    public var name: String
    public var partitions: Int
    /// Workers that hold each partition.
    public var replicas: Int
    /// Requests in flight at once; more are refused as overload.
    public var inFlightCapacity: Int
    /// How often workers report.
    public var heartbeatMicroseconds: UInt64
    /// Silence after which a worker is suspected, however irregular it was before.
    public var suspectAfterMicroseconds: UInt64

    public init(
        cluster: String, name: String, partitions: Int, replicas: Int, inFlightCapacity: Int,
        heartbeatMicroseconds: UInt64, suspectAfterMicroseconds: UInt64
    ) {
        self.cluster = cluster
        self.name = name
        self.partitions = partitions
        self.replicas = replicas
        self.inFlightCapacity = inFlightCapacity
        self.heartbeatMicroseconds = heartbeatMicroseconds
        self.suspectAfterMicroseconds = suspectAfterMicroseconds
    }
}
