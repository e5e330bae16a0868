// Whether replicas agree. A checkpoint is a record in a partition's log; every replica hashes its state where it
// lies, so equal hashes at one index mean equal states and unequal ones mean that a replica is wrong. Hashes of
// different indexes say nothing, and a worker remembers its newest checkpoint only: so this value collects what
// every look at the cluster shows, and compares what belongs to one index, even when somebody else verifies at
// the same time.

import Domain

public struct StateComparison: Sendable {
    /// What is known about one partition.
    public struct Finding: Equatable, Sendable {
        public let partition: PartitionID
        /// Empty when nobody leads.
        public let leader: String
        public let epoch: UInt64
        /// The checkpoint that was compared; the one asked for while replicas are missing.
        public let index: UInt64
        /// By worker name: the hash at `index` of every replica that has reported one.
        public let hashes: [ReplicaHash]
        /// Replicas that have not come past the checkpoint, or not hashed it yet.
        public let lagging: [String]

        public var isDifferent: Bool { hashes.contains { $0.stateHash != hashes[0].stateHash } }
        public var isComplete: Bool { lagging.isEmpty && !hashes.isEmpty }

        /// How many replicas have the hash that most of them have.
        public var agreeing: Int {
            hashes.map { one in hashes.count { $0.stateHash == one.stateHash } }.max() ?? 0
        }
    }

    public struct ReplicaHash: Equatable, Sendable {
        public let worker: String
        public let stateHash: UInt64
    }

    public enum Verdict: String, Sendable {
        /// Every replica of every partition agrees.
        case equal
        /// At least one replica is wrong.
        case different
        /// No difference so far, but not every replica has been heard.
        case incomplete
    }

    private let asked: [PartitionID: UInt64]
    /// Who held a partition when it was first looked at: a replica that joins later starts from a snapshot behind
    /// the checkpoint and will never report it.
    private var expected: [PartitionID: Set<String>]?
    /// Hash by worker, by index, by partition.
    private var reported: [PartitionID: [UInt64: [String: UInt64]]] = [:]
    private var latest: ClusterView?

    /// - Parameter checkpoints: the index at which the checkpoint of each partition was appended.
    public init(checkpoints: [PartitionID: UInt64]) { asked = checkpoints }

    /// Takes in what one look at the cluster shows.
    public mutating func observe(_ view: ClusterView) {
        latest = view
        var holders: [PartitionID: Set<String>] = [:]
        for partition in view.partitions {
            guard let first = asked[partition.id] else { continue }
            // A worker that is only silent for a moment is still waited for; one that reads its state anew is not.
            let isFirstLook = expected == nil
            holders[partition.id] = Set(
                partition.replicas.filter { isFirstLook ? $0.isCaughtUp : $0.report.role != .loading }.map(\.worker))
            for replica in partition.replicas {
                guard let checkpoint = replica.report.checkpoint, checkpoint.index >= first else { continue }
                reported[partition.id, default: [:]][checkpoint.index, default: [:]][replica.worker] =
                    checkpoint.stateHash
            }
        }
        // Nor is one that has let go of the partition.
        expected = expected?.merging(holders) { before, now in before.intersection(now) } ?? holders
    }

    /// One finding for each partition asked about, ascending, the broadcast one last.
    public var findings: [Finding] { asked.keys.sorted().map(finding) }

    public var verdict: Verdict {
        let findings = findings
        if findings.contains(where: \.isDifferent) { return .different }
        return findings.allSatisfy(\.isComplete) ? .equal : .incomplete
    }

    private func finding(_ id: PartitionID) -> Finding {
        let holders = (expected?[id] ?? []).sorted()
        let byIndex = reported[id] ?? [:]
        let indexes = byIndex.keys.sorted()
        // A difference anywhere outweighs agreement elsewhere; then the first index at which all have reported;
        // then the one at which most have.
        let index =
            indexes.first { Set(byIndex[$0, default: [:]].values).count > 1 }
            ?? indexes.first { index in holders.allSatisfy { byIndex[index]?[$0] != nil } }
            ?? indexes.max { byIndex[$0, default: [:]].count < byIndex[$1, default: [:]].count }
            ?? asked[id, default: 0]
        let hashes = byIndex[index] ?? [:]
        let leader = latest?.partitions.first { $0.id == id }?.leader
        return Finding(
            partition: id, leader: leader?.worker ?? "", epoch: leader?.report.epoch ?? 0, index: index,
            hashes: hashes.sorted { $0.key < $1.key }.map { ReplicaHash(worker: $0.key, stateHash: $0.value) },
            lagging: holders.filter { hashes[$0] == nil })
    }
}

extension StateComparison.Finding {
    /// One sentence for an operator; nil when every replica agrees.
    public var complaint: String? {
        if isDifferent {
            let states = hashes.map { "\($0.worker) has \(hexadecimal($0.stateHash))" }.joined(separator: ", ")
            return "partition \(partition) differs at index \(index): \(states). Keep the log directory and report "
                + "it; restart the workers that are in the minority, which read their state back from the log"
        }
        guard !isComplete else { return nil }
        guard !lagging.isEmpty else { return "partition \(partition) has no replica that can be asked" }
        return "partition \(partition): \(lagging.joined(separator: ", ")) "
            + "\(lagging.count == 1 ? "has" : "have") not reported the checkpoint at index \(index)"
    }
}
