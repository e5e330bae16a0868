// What a cluster's streams and subjects are called. A cluster's name is free text, and NATS gives dots, stars and
// spaces a meaning, so every byte that is not a letter, a digit or a hyphen is written as `_` and two digits.
//
//     farthing-CLUSTER-partition-007      farthing.CLUSTER.log.007           one message per group commit or claim
//     farthing-CLUSTER-partition-007-2    farthing.CLUSTER.log.007.2         its second stream
//     farthing-CLUSTER-cluster            farthing.CLUSTER.cluster.identity  whose log this is
//                                         farthing.CLUSTER.cluster.partition.007[.2]       that it was ever begun
//     farthing-CLUSTER-snapshots          farthing.CLUSTER.snapshot.007.INDEX              chunks, then a manifest

import Domain

struct LogNames {
    private let cluster: String

    init(cluster name: String) {
        cluster = name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: text.append(Character(Unicode.Scalar(byte)))
            default: text += "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }

    // MARK: Streams

    var partitionStreamPrefix: String { "farthing-\(cluster)-partition-" }

    func stream(_ lane: Lane, of partition: PartitionID) -> String {
        partitionStreamPrefix + Self.padded(partition) + lane.suffix("-")
    }

    var clusterStream: String { "farthing-\(cluster)-cluster" }

    var snapshotStream: String { "farthing-\(cluster)-snapshots" }

    // MARK: Subjects

    func subject(_ lane: Lane, of partition: PartitionID) -> String {
        "farthing.\(cluster).log.\(Self.padded(partition))" + lane.suffix(".")
    }

    private var clusterSubject: String { "farthing.\(cluster).cluster" }

    var everyClusterSubject: String { "\(clusterSubject).>" }

    var identity: String { "\(clusterSubject).identity" }

    func beginning(_ lane: Lane, of partition: PartitionID) -> String {
        "\(clusterSubject).partition.\(Self.padded(partition))" + lane.suffix(".")
    }

    private var snapshotSubject: String { "farthing.\(cluster).snapshot" }

    var everySnapshotSubject: String { "\(snapshotSubject).>" }

    private func snapshots(of partition: PartitionID) -> String { "\(snapshotSubject).\(Self.padded(partition))" }

    func snapshot(of partition: PartitionID, at index: UInt64) -> String { "\(snapshots(of: partition)).\(index)" }

    func everySnapshot(of partition: PartitionID) -> String { "\(snapshots(of: partition)).*" }

    /// The index that a snapshot's subject names.
    static func snapshotIndex(in subject: String) -> UInt64? {
        subject.split(separator: ".").last.flatMap { UInt64($0) }
    }

    private static func padded(_ partition: PartitionID) -> String {
        let text = partition.description
        return partition == .broadcast ? text : String(repeating: "0", count: max(0, 3 - text.count)) + text
    }
}

extension Lane {
    fileprivate func suffix(_ separator: String) -> String {
        switch self {
        case .first: ""
        case .second: separator + "2"
        }
    }
}
