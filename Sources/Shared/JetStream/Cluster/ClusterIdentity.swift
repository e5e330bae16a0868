// Whose log it is: magic, version, cluster name, partition count.

import Domain
import Log

struct ClusterIdentity: Equatable {
    var cluster: String
    var partitionCount: Int
    var version = Self.version

    private static let magic: UInt32 = 0x434a_5246  // "FRJC"
    /// Of everything in a cluster's streams.
    private static let version: UInt8 = 2

    init(cluster: String, partitionCount: Int) {
        self.cluster = cluster
        self.partitionCount = partitionCount
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.magic)
        writer.write(version)
        writer.write(cluster)
        writer.write(UInt32(partitionCount))
        return writer.bytes
    }

    static func decoded(_ bytes: [UInt8]) throws(ByteError) -> ClusterIdentity {
        var reader = ByteReader(bytes)
        guard try reader.read() == magic else { throw reader.error("is not a cluster of Farthing's") }
        let version: UInt8 = try reader.read()
        var identity = ClusterIdentity(
            cluster: try reader.readString(), partitionCount: Int(try reader.read(UInt32.self)))
        identity.version = version
        return identity
    }

    func expect(_ wanted: ClusterIdentity, place: String) throws(LogError) {
        guard version == wanted.version else {
            throw .unsupportedFile(
                place: place, problem: "its format is version \(version); this build reads \(wanted.version)")
        }
        guard cluster == wanted.cluster else {
            throw .wrongCluster(
                place: place, problem: "belongs to cluster “\(cluster)”, not to “\(wanted.cluster)”")
        }
        guard partitionCount == wanted.partitionCount else {
            throw .wrongCluster(
                place: place,
                problem: "was created with \(partitionCount) partitions, and cluster.yaml says "
                    + "\(wanted.partitionCount); the number cannot change")
        }
    }
}
