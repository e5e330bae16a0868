// SQLite recovers a write-ahead log when the first connection opens it. Whoever opens a file that is open already
// finds a log in use, and need not read all of it to know whether recovering it would lose anything.

import Domain
import Synchronization

/// Which partitions' files one process has open; shared by the logs of its threads.
public final class OpenPartitionFiles: Sendable {
    private let connections = Mutex<[PartitionID: Int]>([:])

    public init() {}

    func contains(_ partition: PartitionID) -> Bool { connections.withLock { $0[partition, default: 0] > 0 } }

    func opened(_ partition: PartitionID) { connections.withLock { $0[partition, default: 0] += 1 } }

    func closed(_ partition: PartitionID) { connections.withLock { $0[partition, default: 0] -= 1 } }
}
