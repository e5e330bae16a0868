// Which worker leads which partition. Rendezvous hashing (Thaler and Ravishankar, 1998): each worker draws
// a score for the partition and the highest wins, so removing a worker moves little else
// than its own partitions. A load bound evens out the small numbers: nobody leads more than the rounded-up share,
// at the price that a partition pushed past the bound may move as well.

public struct Placement: Equatable, Sendable {
    /// Index of the leading worker, by partition number.
    public let leaders: [Int]
    /// Index of the worker that leads the broadcast partition.
    public let broadcastLeader: Int

    /// - Parameters:
    ///   - workers: names, not empty; every process that computes this must use the same list.
    ///   - partitions: how many, fixed when the cluster is created.
    public init(workers: [String], partitions: Int) {
        precondition(!workers.isEmpty, "a cluster needs a worker")
        let bound = (partitions + workers.count - 1) / workers.count
        var load = [Int](repeating: 0, count: workers.count)
        leaders = (0..<partitions).map { partition in
            let winner = Self.ranked(workers, for: UInt64(partition)).first { load[$0] < bound }!
            load[winner] += 1
            return winner
        }
        broadcastLeader = Self.ranked(workers, for: UInt64(PartitionID.broadcast.number))[0]
    }

    public func leader(of partition: PartitionID) -> Int {
        partition == .broadcast ? broadcastLeader : leaders[Int(partition.number)]
    }

    /// The partitions that a worker leads, the broadcast one last.
    public func led(by worker: Int) -> [PartitionID] {
        leaders.indices.filter { leaders[$0] == worker }.map { PartitionID(UInt16($0)) }
            + (broadcastLeader == worker ? [.broadcast] : [])
    }

    private static func ranked(_ workers: [String], for partition: UInt64) -> [Int] {
        let scores = workers.map { name in
            var hash = FNV1a()
            hash.update(utf8: name)
            hash.update(word: partition)
            return finalMix(hash.value)
        }
        return workers.indices.sorted { (scores[$0], workers[$0]) > (scores[$1], workers[$1]) }
    }
}
